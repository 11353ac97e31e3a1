-- Every event once: if an event was delivered twice, only the row that arrived first. A cross-account
-- call has a copy for each account; these share only `shared_event_id`, and all of them are kept.
-- Filter by source and day first.
SELECT events.*
FROM (
  SELECT
    events.*,
    -- Partitioned by source and day as well, so that filters on them reach the table.
    row_number() OVER (
      PARTITION BY source, day, account, event_id
      ORDER BY arrival_time, envelope_id
    ) AS copy
  FROM events
) AS events
WHERE copy = 1 OR event_id IS NULL
