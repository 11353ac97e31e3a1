-- Which instances of a Spot fleet ended with neither a call nor an interruption notice before?
-- Parameters: since 1, until.
-- Title: Spot instance of a fleet gone without a notice
-- Level: low
-- Do: Ask the fleet's history. An end without both points to a lost event, a host that failed, or a call in
-- an account whose events do not come here.
-- Normal: A fleet that scales in: its own call is there then, by the service.
-- Technique: T1489
SELECT
  gone.event_time AS finding_time,
  'nobody' AS who,
  gone.state AS what,
  concat(gone.account, ' ', gone.region) AS place,
  concat(gone.instance_id, ' ', coalesce(element_at(gone.tags, 'Name'), ''), ' of a fleet ended without a notice or a call') AS why,
  gone.event_id
FROM instance_events AS gone
WHERE gone.source IN ('aws.ec2', 'other')
  AND gone.day >= :since
  AND gone.day <= :until
  AND gone.kind = 'state_change'
  AND gone.detail_type = 'EC2 Instance State-change Notification'
  AND gone.state = 'terminated'
  AND element_at(gone.tags, 'aws:ec2spot:fleet-request-id') IS NOT NULL
  AND gone.instance_id NOT IN (
    SELECT instance_id
    FROM instance_events
    WHERE source IN ('aws.ec2', 'other')
      AND day >= :since - 1 day
      AND day <= :until
      AND instance_id IS NOT NULL
      AND (event_name IN ('TerminateInstances', 'CancelSpotFleetRequests', 'CancelSpotInstanceRequests')
        OR detail_type = 'EC2 Spot Instance Interruption Warning')
  )
ORDER BY gone.event_time, gone.instance_id
