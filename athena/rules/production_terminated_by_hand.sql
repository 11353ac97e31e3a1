-- Who terminated an instance that is tagged as production, from the console?
-- Parameters: since 1, until.
-- Title: Production instance terminated from the console
-- Level: high
-- Do: Ask the actor. Restore from the last snapshot or let the group replace it.
-- Normal: None, where production is changed by pipelines.
-- Technique: T1485
SELECT
  i.event_time AS finding_time,
  coalesce(i.actor_session_name, i.actor_name, i.actor_type) AS who,
  i.event_name AS what,
  concat(coalesce(i.account, ''), ' ', coalesce(i.region, ''), ' ', coalesce(i.source_ip, '')) AS place,
  concat(i.instance_id, ' ', coalesce(element_at(i.tags, 'Name'), '')) AS why,
  i.event_id
FROM instance_events AS i
JOIN unique_events AS e
  ON e.event_id = i.event_id
  AND e.account = i.account
WHERE i.source IN ('aws.ec2', 'other')
  AND e.source IN ('aws.ec2', 'other')
  AND i.day >= :since
  AND i.day <= :until
  AND e.day >= :since
  AND e.day <= :until
  AND i.event_name = 'TerminateInstances'
  AND i.outcome = 'success'
  AND lower(coalesce(element_at(i.tags, 'env'), element_at(i.tags, 'environment'), element_at(i.tags, 'Environment'))) IN ('prod', 'production')
  AND (e.session_credential_from_console = 'true' OR e.user_agent LIKE 'Mozilla/%')
ORDER BY i.event_time, i.instance_id
