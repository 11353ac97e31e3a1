-- What was done by a role, who took it on, and who changed it, in order?
-- Parameters: since 7, until, role deploy, account.
SELECT
  event_time,
  CASE
    WHEN actor_type = 'AssumedRole' AND actor_name = :role THEN 'by it'
    WHEN event_source = 'aws.sts' THEN 'taken on'
    ELSE 'to it'
  END AS what,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  event_source,
  event_name,
  outcome,
  error_code,
  source_ip,
  account,
  region,
  event_id
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND account = :account
  AND (
    (actor_type = 'AssumedRole' AND actor_name = :role)
    OR (
      event_source = 'aws.sts'
      -- Behind the last slash: a role may have a path.
      AND regexp_extract(json_extract_scalar(request_parameters, '$.roleArn'), '[^/]*$') = :role
    )
    OR (event_source = 'aws.iam' AND json_extract_scalar(request_parameters, '$.roleName') = :role)
  )
ORDER BY event_time, event_id
