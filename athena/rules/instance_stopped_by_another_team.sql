-- Who stopped or terminated an instance of a team, in a role that does not carry the team's name?
-- Parameters: since 1, until.
-- Title: Instance stopped by somebody of another team
-- Level: medium
-- Do: Ask the actor and the team. The tag is that of the time of the call.
-- Normal: The on-call role, where it is named otherwise; name it in the rule.
-- Technique: T1489
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat(instance_id, ' of team ', element_at(tags, 'team'), ', by ', coalesce(actor_name, actor_type)) AS why,
  event_id
FROM instance_events
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND event_name IN ('StopInstances', 'TerminateInstances')
  AND outcome = 'success'
  AND :byhand
  AND element_at(tags, 'team') IS NOT NULL
  AND strpos(lower(coalesce(actor_name, '')), lower(element_at(tags, 'team'))) = 0
ORDER BY event_time, instance_id
