-- Which instances were terminated without any call?
-- Parameters: since 1, until.
-- Title: Instance terminated, and nobody called for it
-- Level: medium
-- Do: Look whether calls of that Region and account come here at all (silent_homes). If they do, ask AWS.
-- Normal: A shutdown from within an instance that is set to terminate; instances of Spot, which another rule
-- looks at.
-- Technique: T1489
SELECT
  gone.event_time AS finding_time,
  'nobody' AS who,
  gone.state AS what,
  concat(gone.account, ' ', gone.region) AS place,
  concat(gone.instance_id, ' ', coalesce(element_at(gone.tags, 'Name'), ''), ' was terminated without a call') AS why,
  gone.event_id
FROM instance_events AS gone
WHERE gone.source IN ('aws.ec2', 'other')
  AND gone.day >= :since
  AND gone.day <= :until
  AND gone.kind = 'state_change'
  AND gone.detail_type = 'EC2 Instance State-change Notification'
  AND gone.state = 'terminated'
  AND element_at(gone.tags, 'aws:ec2spot:fleet-request-id') IS NULL
  AND gone.instance_id NOT IN (
    SELECT instance_id
    FROM instance_events
    WHERE source IN ('aws.ec2', 'other')
      AND day >= :since - 1 day
      AND day <= :until
      AND instance_id IS NOT NULL
      AND (event_name IN ('TerminateInstances', 'TerminateInstanceInAutoScalingGroup')
        OR detail_type = 'EC2 Spot Instance Interruption Warning')
  )
ORDER BY gone.event_time, gone.instance_id
