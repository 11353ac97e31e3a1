-- Every event once: if an event was delivered twice, only the row that arrived first. An id that is
-- masked or made by hand may stand in many events: with another name or time it is another one. A
-- cross-account call has a copy for each account; these share only `shared_event_id`, and all of them are
-- kept. Filter by source and day first.
SELECT events.*
FROM (
  SELECT
    events.*,
    row_number() OVER (
      PARTITION BY
        -- By source and day as well, so that filters on them reach the table.
        source, day, account, event_id, event_time, event_name,
        -- Of a record that came bare and in an envelope, only the second has it.
        CASE WHEN event_version IS NULL THEN detail_type END
      ORDER BY arrival_time, envelope_id
    ) AS copy
  FROM events
) AS events
WHERE copy = 1 OR event_id IS NULL
