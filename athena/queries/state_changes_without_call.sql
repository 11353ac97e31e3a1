-- Which instances stopped, started or ended without an API call, and what had announced it?
-- Parameters: since 7, until, instance, account, region.
-- Change: the tag `team`, if yours has another name.
-- Note: If a change came just after midnight (UTC), an announcement from the day before is not shown.
SELECT
  state_from,
  instance_id,
  element_at(tags, 'Name') AS instance,
  element_at(tags, 'team') AS team,
  state,
  -- Nothing at all: the operating system was shut down from inside, or the host failed.
  cause AS announced_by,
  cause_time AS announced_at
FROM instance_timeline AS changes
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND instance_id = :instance
  AND account = :account
  AND region = :region
  -- Asked for by themselves, as the timeline does not know the calls of the day before.
  AND NOT EXISTS (
    SELECT 1
    FROM instance_events AS calls
    WHERE calls.source IN ('aws.ec2', 'other')
      AND calls.day >= :since - 1 day
      AND calls.event_source = 'aws.ec2'
      AND calls.outcome = 'success'
      AND calls.account = changes.account
      AND calls.region = changes.region
      AND calls.instance_id = changes.instance_id
      AND calls.event_time BETWEEN changes.state_from - INTERVAL '1' HOUR AND changes.state_from + INTERVAL '2' SECOND
      AND (
        (calls.event_name IN ('RunInstances', 'StartInstances') AND changes.state IN ('pending', 'running'))
        OR (calls.event_name = 'StopInstances' AND changes.state IN ('stopping', 'stopped'))
        OR (calls.event_name = 'TerminateInstances' AND changes.state IN ('shutting-down', 'terminated'))
      )
  )
ORDER BY state_from, instance_id
