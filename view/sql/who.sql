-- Who made the most calls: which actors, sessions, access keys, addresses, user agents? The first 20 of
-- each; the rest together have no name, and `names` says how many they are.
WITH calls AS (
  SELECT
    event_time, day, service, event_name, outcome,
    coalesce(actor_name, actor_principal_id) AS actor,
    actor_session_name, actor_access_key_id, source_ip, user_agent
  FROM unique_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
    AND kind IN ('api_call', 'sign_in', 'console_action')
),
named AS (
  SELECT 'actor' AS by_what, actor AS name, calls.* FROM calls WHERE actor IS NOT NULL
  UNION ALL
  SELECT 'session' AS by_what, actor_session_name AS name, calls.* FROM calls WHERE actor_session_name IS NOT NULL
  UNION ALL
  SELECT 'access key' AS by_what, actor_access_key_id AS name, calls.* FROM calls WHERE actor_access_key_id IS NOT NULL
  UNION ALL
  SELECT 'address' AS by_what, source_ip AS name, calls.* FROM calls WHERE source_ip IS NOT NULL
  UNION ALL
  SELECT 'user agent' AS by_what, user_agent AS name, calls.* FROM calls WHERE user_agent IS NOT NULL
),
places AS (
  SELECT by_what, name, row_number() OVER (PARTITION BY by_what ORDER BY count(*) DESC, name) AS place
  FROM named
  GROUP BY by_what, name
),
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
