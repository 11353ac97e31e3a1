-- Which instances stopped, started or ended without an API call, and what had announced it?
-- Change: the days; the tag `team`, where yours has another name.
SELECT
  state_from,
  instance_id,
  element_at(tags, 'Name') AS instance,
  element_at(tags, 'team') AS team,
  state,
  -- Nothing at all: the operating system was shut down from inside, or the host failed.
  cause AS announced_by,
  cause_time AS announced_at
FROM instance_timeline
WHERE source IN ('aws.ec2', 'other')
  AND day >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')
  -- A call has somebody who made it.
  AND cause_actor_arn IS NULL
ORDER BY state_from, instance_id
