-- How many events came from each source in each hour, and how many of them are of calls that failed?
-- The 12 sources with the most events; the rest together are 'others'.
WITH hours AS (
  SELECT day, hour(coalesce(event_time, arrival_time)) AS hour_of_day, event_source,
    count(*) AS events, count_if(outcome = 'failure') AS failures
  FROM unique_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
  GROUP BY day, hour(coalesce(event_time, arrival_time)), event_source
),
places AS (
  SELECT event_source, row_number() OVER (ORDER BY sum(events) DESC, event_source) AS place
  FROM hours
  GROUP BY event_source
)
SELECT
  -- The day of the partition: an event that came very late is under the day that it arrived.
  date_add('hour', coalesce(hour_of_day, 0), CAST(day AS timestamp(3))) AS hour,
  CASE WHEN place <= 12 THEN coalesce(hours.event_source, 'unknown') ELSE 'others' END AS event_source,
  CAST(sum(events) AS bigint) AS events,
  CAST(sum(failures) AS bigint) AS failures
FROM hours
JOIN places ON places.event_source IS NOT DISTINCT FROM hours.event_source
GROUP BY 1, 2
ORDER BY 1, 2
