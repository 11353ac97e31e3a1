-- How many events does each source send a day, how late do they arrive, and how many came twice?
-- Parameters: since 2, until, account, region.
SELECT
  day,
  event_source,
  count(*) AS arrived,
  -- Doubles have one id and one account, as in `unique_events`.
  count(*) - count(concat(account, event_id)) + count(DISTINCT concat(account, event_id)) AS events,
  count_if(kind = 'api_call') AS api_calls,
  count_if(kind = 'state_change') AS state_changes,
  count_if(unmapped IS NOT NULL) AS with_unmapped_parts,
  CAST(avg(date_diff('second', event_time, arrival_time)) AS integer) AS mean_seconds_late,
  max(date_diff('second', event_time, arrival_time)) AS most_seconds_late
FROM events
WHERE day >= :since
  AND day <= :until
  AND account = :account
  AND region = :region
GROUP BY day, event_source
ORDER BY day, arrived DESC, event_source
