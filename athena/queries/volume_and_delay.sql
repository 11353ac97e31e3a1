-- How many events does each source send a day, how late do they arrive, and how many came twice?
-- Parameters: since 2, until, account, region.
WITH arrivals AS (
  SELECT
    day, event_source, kind, unmapped, event_time, arrival_time,
    -- Doubles have one id, account, name and time, as in `unique_events`.
    CASE
      WHEN event_id IS NOT NULL THEN concat(
        event_id, '/', coalesce(account, ''), '/', coalesce(CAST(event_time AS varchar), ''), '/',
        coalesce(event_name, ''), '/', coalesce(CASE WHEN event_version IS NULL THEN detail_type END, '')
      )
    END AS event
  FROM events
  WHERE day >= :since
    AND day <= :until
    AND account = :account
    AND region = :region
)
SELECT
  day,
  event_source,
  count(*) AS arrived,
  count(*) - count(event) + count(DISTINCT event) AS events,
  count_if(kind = 'api_call') AS api_calls,
  count_if(kind = 'state_change') AS state_changes,
  count_if(unmapped IS NOT NULL) AS with_unmapped_parts,
  CAST(avg(date_diff('second', event_time, arrival_time)) AS integer) AS mean_seconds_late,
  max(date_diff('second', event_time, arrival_time)) AS most_seconds_late
FROM arrivals
GROUP BY day, event_source
ORDER BY day, arrived DESC, event_source
