-- Who made the most calls: which actors, sessions, access keys, addresses, user agents? The first 20 of
-- each; the rest together have no name, and `names` says how many they are.
WITH :callers,
counts AS (
  SELECT
    named.by_what,
    CASE WHEN place <= 20 THEN named.name END AS name,
    count(DISTINCT named.name) AS names,
    count(*) AS calls,
    count_if(outcome = 'failure') AS failures,
    count(DISTINCT service) AS services,
    count(DISTINCT actor) AS actors,
    min(event_time) AS first_time,
    max(event_time) AS last_time
  FROM named
  JOIN places ON places.by_what = named.by_what AND places.name = named.name
  GROUP BY 1, 2
)
SELECT by_what, name, names, calls, failures, services, actors, first_time, last_time
FROM counts
ORDER BY by_what, CASE WHEN name IS NULL THEN 1 ELSE 0 END, calls DESC, name
