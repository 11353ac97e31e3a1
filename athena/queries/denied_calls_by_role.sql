-- Which calls were denied to which roles and users, how often, and why?
-- Change: the days. For one source, add AND source IN ('aws.s3', 'other') AND event_source = 'aws.s3'.
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
WHERE day >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')
  AND outcome = 'failure'
  AND (
    error_code LIKE '%AccessDenied%'
    OR error_code LIKE '%Unauthorized%'
    OR error_code LIKE '%NotAuthorized%'
    OR error_code LIKE '%Forbidden%'
    -- Whatever the code: SNS says AuthorizationError, EC2 of an image Client.AuthFailure.
    OR lower(error_message) LIKE '%not authorized%'
  )
GROUP BY
  account, coalesce(actor_name, actor_principal_id, source_ip), actor_type, api_service, event_name, error_code
ORDER BY calls DESC, last_time, event_name
