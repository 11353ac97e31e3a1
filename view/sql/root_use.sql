-- What was done as the root user, and was it with a second factor? The latest 200.
SELECT
  event_time,
  account,
  kind,
  service,
  event_name,
  outcome,
  -- Of a sign-in it is not said of the actor.
  coalesce(actor_mfa, json_extract_scalar(additional_event_data, '$.MFAUsed') = 'Yes') AS mfa,
  source_ip,
  user_agent,
  event_id,
  count(*) OVER () AS of_all
FROM unique_events
WHERE day BETWEEN :since AND :until
  AND account IN (:accounts)
  AND actor_type = 'Root'
  -- What AWS does by itself in the name of the account is no use.
  AND actor_invoked_by IS NULL
  AND kind <> 'service_event'
ORDER BY event_time DESC, event_id
LIMIT 200
