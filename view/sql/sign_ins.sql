-- Who failed to sign in, or signed in without a second factor or as root, and from where? The latest 200.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  actor_type,
  event_name,
  outcome,
  json_extract_scalar(additional_event_data, '$.MFAUsed') AS mfa_used,
  error_message,
  source_ip,
  user_agent,
  account,
  region,
  event_id,
  count(*) OVER () AS of_all
FROM unique_events
WHERE day BETWEEN :since AND :until
  AND account IN (:accounts)
  AND kind = 'sign_in'
  AND (
    outcome = 'failure'
    OR actor_type = 'Root'
    OR (json_extract_scalar(additional_event_data, '$.MFAUsed') = 'No' AND actor_type = 'IAMUser')
  )
ORDER BY event_time DESC, event_id
LIMIT 200
