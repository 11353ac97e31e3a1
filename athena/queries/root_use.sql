-- What was done as the root user, and with which second factor?
-- Change: the days.
SELECT
  event_time,
  account,
  kind,
  api_service,
  event_name,
  outcome,
  actor_mfa,
  source_ip,
  user_agent,
  request_parameters
FROM unique_events
WHERE day >= date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d')
  AND actor_type = 'Root'
  -- What AWS does by itself in the name of the account is no use.
  AND actor_invoked_by IS NULL
  AND kind <> 'service_event'
ORDER BY event_time
