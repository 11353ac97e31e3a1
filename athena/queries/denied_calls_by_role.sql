-- Which calls were denied to which roles and users, how often, and why?
-- Parameters: since 7, until, actor, key, address, account, region.
-- Note: For one source, add AND source IN ('aws.s3', 'other') AND event_source = 'aws.s3'.
SELECT
  account,
  coalesce(actor_name, actor_principal_id, source_ip) AS who,
  actor_type,
  api_service,
  event_name,
  error_code,
  count(*) AS calls,
  count(DISTINCT source_ip) AS addresses,
  min(event_time) AS first_time,
  max(event_time) AS last_time,
  max_by(error_message, event_time) AS last_message
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND actor_access_key_id = :key
  AND source_ip = :address
  AND account = :account
  AND region = :region
  AND :denied
GROUP BY
  account, coalesce(actor_name, actor_principal_id, source_ip), actor_type, api_service, event_name, error_code
ORDER BY calls DESC, last_time, event_name
