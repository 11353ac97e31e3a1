-- When did each of them call which service? The first 20 actors, sessions, access keys, addresses and user
-- agents; the 7 services that each called most, the rest together as 'others'.
WITH :callers,
known AS (
  SELECT named.*
  FROM named
  JOIN places ON places.by_what = named.by_what AND places.name = named.name
  WHERE place <= 20
),
service_places AS (
  SELECT by_what, name, service,
    row_number() OVER (PARTITION BY by_what, name ORDER BY count(*) DESC, service) AS service_place
  FROM known
  GROUP BY by_what, name, service
)
SELECT
  known.by_what,
  known.name,
  CAST(date_trunc(:grain, event_time) AS timestamp(3)) AS time_from,
  CASE WHEN service_place <= 7 THEN coalesce(known.service, 'unknown') ELSE 'others' END AS service,
  count(*) AS calls,
  count_if(outcome = 'failure') AS failures
FROM known
JOIN service_places
  ON service_places.by_what = known.by_what
  AND service_places.name = known.name
  AND service_places.service IS NOT DISTINCT FROM known.service
WHERE event_time IS NOT NULL
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
