-- Who did what from an address, and was it allowed?
-- Parameters: since 30, until, address 198.51.100.24, account, region.
-- Note: Calls of AWS services for somebody have the name of the service in place of an address.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  event_name,
  outcome,
  error_code,
  actor_access_key_id,
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
  AND source_ip = :address
ORDER BY event_time, event_id
