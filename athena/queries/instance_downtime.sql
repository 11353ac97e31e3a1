-- How long was each instance stopped, who stopped it, and who started it again?
-- Parameters: since 30, until, instance, account, region.
-- Change: the tag `team`, if yours has another name.
-- Note: Who made a call is not known if the call came just before midnight (UTC) and the state just after.
WITH states AS (
  SELECT
    instance_id, account, region, tags, state, state_from,
    coalesce(cause_actor_session_name, cause_actor_name, cause_actor_arn, cause) AS who,
    -- Two states of one second follow each other as they do in an instance's life.
    CASE state
      WHEN 'pending' THEN 1
      WHEN 'running' THEN 2
      WHEN 'stopping' THEN 3
      WHEN 'stopped' THEN 4
      WHEN 'shutting-down' THEN 5
      ELSE 6
    END AS place
  FROM instance_timeline
  WHERE source IN ('aws.ec2', 'other')
    AND day >= :since
    AND day <= :until
    AND instance_id = :instance
    AND account = :account
    AND region = :region
),
steps AS (
  SELECT
    instance_id, tags, state, state_from, who,
    -- The view tells the end of a state within its day; over several days it is this one.
    lead(state) OVER (PARTITION BY account, region, instance_id ORDER BY state_from, place) AS next_state,
    lead(state_from) OVER (PARTITION BY account, region, instance_id ORDER BY state_from, place) AS next_from,
    lead(who) OVER (PARTITION BY account, region, instance_id ORDER BY state_from, place) AS next_who
  FROM states
)
SELECT
  instance_id,
  element_at(tags, 'Name') AS instance,
  element_at(tags, 'team') AS team,
  state_from AS stopped_at,
  who AS stopped_by,
  CASE WHEN next_state IN ('pending', 'running') THEN next_from END AS started_at,
  CASE WHEN next_state IN ('pending', 'running') THEN next_who END AS started_by,
  CASE WHEN next_state IN ('shutting-down', 'terminated') THEN next_from END AS terminated_at,
  CASE WHEN next_state IN ('shutting-down', 'terminated') THEN next_who END AS terminated_by,
  -- NULL also where the state that came next is not in the lake.
  CASE
    WHEN next_state IN ('pending', 'running', 'shutting-down', 'terminated')
      THEN date_diff('minute', state_from, next_from)
  END AS minutes
FROM steps
WHERE state = 'stopped'
ORDER BY stopped_at, instance_id
