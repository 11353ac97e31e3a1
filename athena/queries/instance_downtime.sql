-- How long was each instance stopped, who stopped it, and who started it again?
-- Change: the days; to look at one instance, add AND instance_id = 'i-...' inside.
WITH states AS (
  SELECT
    instance_id, account, region, tags, state, state_from, cause, cause_actor_name, cause_actor_session_name,
    -- The view tells the next state of the same day; over several days it is this one.
    lead(state_from) OVER (PARTITION BY account, region, instance_id ORDER BY state_from) AS next_from,
    lead(coalesce(cause_actor_session_name, cause_actor_name, cause))
      OVER (PARTITION BY account, region, instance_id ORDER BY state_from) AS next_by
  FROM instance_timeline
  WHERE source IN ('aws.ec2', 'other')
    AND day >= date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d')
)
SELECT
  instance_id,
  element_at(tags, 'Name') AS instance,
  element_at(tags, 'team') AS team,
  state_from AS stopped_at,
  coalesce(cause_actor_session_name, cause_actor_name, cause) AS stopped_by,
  next_from AS started_at,
  next_by AS started_by,
  date_diff('minute', state_from, next_from) AS minutes
FROM states
WHERE state = 'stopped'
ORDER BY stopped_at, instance_id
