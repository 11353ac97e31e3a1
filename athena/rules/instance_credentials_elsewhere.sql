-- Were the credentials of one EC2 instance used from several public addresses on one day?
-- Parameters: since 1, until.
-- Title: Credentials of an instance used from several addresses
-- Level: high
-- Do: Deny the sessions of the role that are older than now, look at the calls from the address that is not
-- the instance, and close the way by which they left.
-- Normal: An instance behind several addresses of a NAT gateway, or whose address changed.
-- Technique: T1552.005
SELECT
  max(event_time) AS finding_time,
  actor_instance_id AS who,
  'calls' AS what,
  concat(account, ' ', min(source_ip), ' ', max(source_ip)) AS place,
  concat('one instance, ', CAST(count(DISTINCT source_ip) AS varchar), ' addresses') AS why,
  max_by(event_id, event_time) AS event_id
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND actor_instance_id IS NOT NULL
  AND actor_invoked_by IS NULL
  AND regexp_like(source_ip, '^[0-9]+[.][0-9.]+$')
  AND NOT regexp_like(source_ip, '^(10[.]|127[.]|192[.]168[.]|169[.]254[.]|172[.](1[6-9]|2[0-9]|3[01])[.])')
GROUP BY account, actor_instance_id, day
HAVING count(DISTINCT source_ip) > 1
ORDER BY 1, 6
