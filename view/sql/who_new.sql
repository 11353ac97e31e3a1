-- Which calls did each of them make for the first time, and when? The first 20 actors, sessions, access
-- keys, addresses and user agents; the latest 50 first calls of each.
WITH :callers,
firsts AS (
  SELECT named.by_what, named.name, service, event_name,
    min(event_time) AS first_time, count(*) AS calls, count_if(outcome = 'failure') AS failures
  FROM named
  JOIN places ON places.by_what = named.by_what AND places.name = named.name
  WHERE place <= 20
  GROUP BY named.by_what, named.name, service, event_name
),
latest AS (
  SELECT
    firsts.*,
    row_number() OVER (PARTITION BY by_what, name ORDER BY first_time DESC, service, event_name) AS back,
    count(*) OVER (PARTITION BY by_what, name) AS of_all
  FROM firsts
)
SELECT by_what, name, first_time, service, event_name, calls, failures, of_all
FROM latest
WHERE back <= 50
ORDER BY by_what, name, back
