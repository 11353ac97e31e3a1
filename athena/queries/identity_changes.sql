-- Who made or changed users, roles, keys and policies?
-- Parameters: since 30, until, actor, account.
-- Note: IAM's events are in us-east-1, whatever Region you work in.
SELECT
  event_time,
  account,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  event_name,
  outcome,
  error_code,
  coalesce(
    json_extract_scalar(request_parameters, '$.userName'),
    json_extract_scalar(request_parameters, '$.roleName'),
    json_extract_scalar(request_parameters, '$.groupName'),
    json_extract_scalar(request_parameters, '$.policyName'),
    json_extract_scalar(request_parameters, '$.policyArn'),
    -- Who makes a key for oneself need not say for whom.
    json_extract_scalar(response_elements, '$.accessKey.userName')
  ) AS on_what,
  json_extract_scalar(response_elements, '$.accessKey.accessKeyId') AS access_key_id,
  source_ip
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND account = :account
  AND event_source = 'aws.iam'
  AND (read_only = false OR read_only IS NULL)
ORDER BY event_time
