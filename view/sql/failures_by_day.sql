-- How many calls failed on each day: by code, by call, by role? The first 7 of each; the rest together
-- are 'others'.
WITH failed AS (
  SELECT
    day,
    coalesce(error_code, 'no code') AS code,
    concat(coalesce(service, '?'), ' ', coalesce(event_name, '?')) AS call,
    coalesce(actor_name, actor_principal_id, source_ip, 'unknown') AS role,
    CASE WHEN :denied THEN 1 ELSE 0 END AS is_denied
  FROM unique_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
    AND outcome = 'failure'
),
named AS (
  SELECT day, 'code' AS by_what, code AS name, is_denied FROM failed
  UNION ALL
  SELECT day, 'call' AS by_what, call AS name, is_denied FROM failed
  UNION ALL
  SELECT day, 'role' AS by_what, role AS name, is_denied FROM failed
),
places AS (
  SELECT by_what, name, row_number() OVER (PARTITION BY by_what ORDER BY count(*) DESC, name) AS place
  FROM named
  GROUP BY by_what, name
)
SELECT
  named.by_what,
  day,
  CASE WHEN place <= 7 THEN named.name ELSE 'others' END AS name,
  count(*) AS failures,
  CAST(sum(is_denied) AS bigint) AS denied
FROM named
JOIN places ON places.by_what = named.by_what AND places.name = named.name
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
