-- What was done as the root user, and was it with a second factor?
-- Parameters: since 30, until, address, account.
SELECT
  event_time,
  account,
  kind,
  api_service,
  event_name,
  outcome,
  -- Of a sign-in it is not said of the actor.
  coalesce(actor_mfa, json_extract_scalar(additional_event_data, '$.MFAUsed') = 'Yes') AS mfa,
  source_ip,
  user_agent,
  request_parameters
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND source_ip = :address
  AND account = :account
  AND actor_type = 'Root'
  -- What AWS does by itself in the name of the account is no use.
  AND actor_invoked_by IS NULL
  AND kind <> 'service_event'
ORDER BY event_time
