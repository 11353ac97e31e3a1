-- How many events of each kind were there in each hour, and how many of them are of calls that failed?
SELECT
  date_add('hour', coalesce(hour(coalesce(event_time, arrival_time)), 0), CAST(day AS timestamp(3))) AS hour,
  kind,
  count(*) AS events,
  count_if(outcome = 'failure') AS failures
FROM unique_events
WHERE day BETWEEN :since AND :until
  AND account IN (:accounts)
GROUP BY 1, 2
ORDER BY 1, 2
