-- Whose sign-in succeeded after five that failed within an hour?
-- Parameters: since 1, until.
-- Title: Sign-in after many that failed
-- Level: high
-- Do: Ask the user. If it was not he, end the sessions of the user, change the password, and look at what was
-- done.
-- Normal: Somebody who has forgotten a password, mostly from a known address.
-- Technique: T1110
SELECT
  s.event_time AS finding_time,
  coalesce(s.actor_name, s.actor_type) AS who,
  'ConsoleLogin' AS what,
  concat(coalesce(s.account, ''), ' ', coalesce(s.region, ''), ' ', coalesce(s.source_ip, '')) AS place,
  concat(CAST(count(*) AS varchar), ' failed sign-ins in the hour before') AS why,
  s.event_id
FROM unique_events AS s
JOIN unique_events AS f
  ON f.account = s.account
  AND f.actor_name = s.actor_name
  AND f.event_time < s.event_time
  AND f.event_time >= s.event_time - INTERVAL '1' HOUR
WHERE s.source IN ('aws.signin', 'other')
  AND f.source IN ('aws.signin', 'other')
  AND s.day >= :since
  AND s.day <= :until
  AND f.day >= :since - 1 day
  AND f.day <= :until
  AND s.event_name = 'ConsoleLogin'
  AND f.event_name = 'ConsoleLogin'
  AND s.outcome = 'success'
  AND f.outcome = 'failure'
GROUP BY s.event_time, s.actor_name, s.actor_type, s.account, s.region, s.source_ip, s.event_id
HAVING count(*) >= 5
ORDER BY s.event_time, s.event_id
