-- In which state was each instance, from when until when? Of the 500 instances that most happened to,
-- the latest 200 states of each. The last state of each has no end.
WITH :busiest,
told AS (
  SELECT
    instance_id, event_time, state,
    -- Two states of one second follow each other as they do in an instance's life.
    CASE state
      WHEN 'pending' THEN 1
      WHEN 'running' THEN 2
      WHEN 'stopping' THEN 3
      WHEN 'stopped' THEN 4
      WHEN 'shutting-down' THEN 5
      ELSE 6
    END AS place
  FROM instance_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
    AND event_source = 'aws.ec2'
    AND state IS NOT NULL
    AND coalesce(outcome, 'success') = 'success'
    AND instance_id IN (SELECT instance_id FROM chosen)
),
steps AS (
  SELECT
    instance_id, event_time, state, place,
    lag(state) OVER (PARTITION BY instance_id ORDER BY event_time, place) AS state_before
  FROM told
),
changes AS (
  SELECT
    instance_id, event_time, state,
    lead(event_time) OVER (PARTITION BY instance_id ORDER BY event_time, place) AS state_until,
    row_number() OVER (PARTITION BY instance_id ORDER BY event_time DESC, place DESC) AS back,
    count(*) OVER (PARTITION BY instance_id) AS of_all
  FROM steps
  -- A call and the notification after it tell the same.
  WHERE state_before IS NULL OR state_before <> state
)
SELECT instance_id, state, event_time AS state_from, state_until, of_all
FROM changes
WHERE back <= 200
ORDER BY instance_id, state_from, back DESC
