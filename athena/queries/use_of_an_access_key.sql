-- What was done with an access key, from where, and was it allowed?
-- Parameters: since 30, until, key AKIAIOSFODNN7EXAMPLE, account, region.
-- Note: Keys of a session start with ASIA. What was done in sessions that the key opened is in sessions_of_an_actor.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  event_name,
  outcome,
  error_code,
  source_ip,
  event_source,
  account,
  region,
  user_agent,
  request_parameters,
  event_id
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND account = :account
  AND region = :region
  AND actor_access_key_id = :key
ORDER BY event_time, event_id
