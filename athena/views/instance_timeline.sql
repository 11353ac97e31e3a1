-- The states of EC2 instances, from when until when, each with the API call or the notice that led to it.
-- Each UTC day stands alone: `state_until` is NULL if the next state came on another day, and a state
-- just after midnight does not find a call just before it. Filter by source and day first.
WITH steps AS (
  SELECT
    source, day, account, region, instance_id, event_time, state, tags, tag_status, event_id,
    detail_type, event_name, actor_name, actor_session_name, actor_arn, source_ip,
    CASE
      WHEN detail_type = 'EC2 Instance State-change Notification' THEN NULL
      ELSE event_time
    END AS call_time,
    -- Calls and notices lead to states of their own direction only.
    CASE
      WHEN detail_type = 'EC2 Instance State-change Notification' THEN
        CASE
          WHEN state IN ('pending', 'running') THEN 'up'
          WHEN state IN ('stopping', 'stopped') THEN 'down'
          ELSE 'gone'
        END
      WHEN event_name IN ('RunInstances', 'StartInstances') THEN 'up'
      WHEN event_name = 'StopInstances' THEN 'down'
      WHEN event_name = 'TerminateInstances' THEN 'gone'
      WHEN regexp_like(detail, '"instance-action" *: *"terminate"') THEN 'gone'
      ELSE 'down'
    END AS direction
  FROM instance_events
  WHERE event_source = 'aws.ec2'
    AND (
      detail_type IN (
        'EC2 Instance State-change Notification',
        'EC2 Spot Instance Interruption Warning'
      )
      OR (
        event_name IN ('RunInstances', 'StartInstances', 'StopInstances', 'TerminateInstances')
        AND outcome = 'success'
      )
    )
),
causes AS (
  SELECT
    source, day, account, region, instance_id, event_time, state, tags, tag_status, event_id, call_time,
    -- The last call or notice in the hour before; CloudTrail's clock may be a little ahead of EC2's.
    max_by(
      CAST(
        ROW(
          coalesce(event_name, detail_type), event_time, event_id,
          actor_name, actor_session_name, actor_arn, source_ip
        ) AS row(
          event varchar, event_time timestamp(3), event_id varchar,
          actor_name varchar, session_name varchar, actor_arn varchar, source_ip varchar
        )
      ),
      call_time
    ) OVER (
      PARTITION BY source, day, account, region, instance_id, direction
      ORDER BY event_time
      RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND INTERVAL '2' SECOND FOLLOWING
    ) AS cause
  FROM steps
),
states AS (
  SELECT
    source, day, account, region, instance_id, event_time, state, tags, tag_status, event_id,
    cause,
    lead(event_time) OVER (
      PARTITION BY source, day, account, region, instance_id
      ORDER BY
        event_time,
        -- Two states of one second follow each other as they do in an instance's life.
        CASE state
          WHEN 'pending' THEN 1
          WHEN 'running' THEN 2
          WHEN 'stopping' THEN 3
          WHEN 'stopped' THEN 4
          WHEN 'shutting-down' THEN 5
          ELSE 6
        END
    ) AS next_time
  FROM causes
  WHERE call_time IS NULL
)
SELECT
  instance_id,
  state,
  CAST(event_time AS timestamp(3)) AS state_from,
  CAST(next_time AS timestamp(3)) AS state_until,
  CAST(date_diff('second', event_time, next_time) AS integer) AS seconds,
  CAST(cause.event AS varchar) AS cause,
  CAST(cause.event_time AS timestamp(3)) AS cause_time,
  CAST(cause.actor_name AS varchar) AS cause_actor_name,
  CAST(cause.session_name AS varchar) AS cause_actor_session_name,
  CAST(cause.actor_arn AS varchar) AS cause_actor_arn,
  CAST(cause.source_ip AS varchar) AS cause_source_ip,
  CAST(cause.event_id AS varchar) AS cause_event_id,
  tags,
  tag_status,
  account,
  region,
  event_id,
  source,
  day
FROM states
