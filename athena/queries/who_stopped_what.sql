-- Who stopped, started or terminated which instances, and which team owns them?
-- Parameters: since 7, until, instance, actor, account, region.
-- Change: the tag `team`, if yours has another name.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  event_name,
  instance_id,
  element_at(tags, 'Name') AS instance,
  element_at(tags, 'team') AS team,
  previous_state,
  state,
  source_ip
FROM instance_events
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND instance_id = :instance
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND account = :account
  AND region = :region
  AND event_source = 'aws.ec2'
  AND event_name IN ('RunInstances', 'StartInstances', 'StopInstances', 'TerminateInstances')
  AND outcome = 'success'
ORDER BY event_time, instance_id
