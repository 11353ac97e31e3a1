-- Which calls did each of them make for the first time, and when? The first 20 actors, sessions, access
-- keys, addresses and user agents; the latest 50 first calls of each.
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
