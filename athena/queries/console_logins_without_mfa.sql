-- Who signed in to the console without a second factor, or failed to sign in, and from where?
-- Parameters: since 7, until, actor, address, account.
-- Note: Sign-ins surface in the Region of the sign-in endpoint, most of them in us-east-1.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  actor_type,
  outcome,
  json_extract_scalar(additional_event_data, '$.MFAUsed') AS mfa_used,
  source_ip,
  region,
  account,
  user_agent
FROM unique_events
WHERE source IN ('aws.signin', 'other')
  AND day >= :since
  AND day <= :until
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND source_ip = :address
  AND account = :account
  AND event_source = 'aws.signin'
  AND event_name = 'ConsoleLogin'
  AND (
    outcome = 'failure'
    -- Of a federated user it is the identity provider that asks for it.
    OR (
      json_extract_scalar(additional_event_data, '$.MFAUsed') = 'No'
      AND actor_type IN ('IAMUser', 'Root')
    )
  )
ORDER BY event_time
