-- What happened to one instance, and what did it do itself, in order?
-- Parameters: since 7, until, instance i-0c3d4e5f607182930.
SELECT
  event_time,
  'to it' AS what,
  coalesce(event_name, detail_type) AS event,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  outcome,
  previous_state,
  state,
  event_source
FROM instance_events
WHERE day >= :since
  AND day <= :until
  AND instance_id = :instance
UNION ALL
-- With the credentials of its instance profile.
SELECT
  event_time,
  'by it' AS what,
  event_name AS event,
  actor_name AS who,
  outcome,
  CAST(NULL AS varchar) AS previous_state,
  CAST(NULL AS varchar) AS state,
  event_source
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND actor_instance_id = :instance
ORDER BY event_time, event
