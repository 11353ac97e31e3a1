-- From which addresses did a role or user call for the first time in a month, and what was called?
-- Parameters: since 1, until, actor, address, account.
-- Change: the 30 days of which is known who called from where.
SELECT
  account,
  coalesce(actor_name, actor_principal_id) AS who,
  actor_type,
  source_ip,
  min(event_time) AS first_time,
  count(*) AS calls,
  count_if(outcome = 'failure') AS failures,
  min_by(event_name, event_time) AS first_call,
  min_by(user_agent, event_time) AS first_agent
FROM unique_events
WHERE day >= :since - 30 days
  AND day <= :until
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND source_ip = :address
  AND account = :account
  AND kind IN ('api_call', 'sign_in')
  -- Services call by their name.
  AND regexp_like(source_ip, '^[0-9a-fA-F.:]+$')
  AND coalesce(actor_name, actor_principal_id) IS NOT NULL
GROUP BY account, coalesce(actor_name, actor_principal_id), actor_type, source_ip
HAVING min(day) >= :since
ORDER BY first_time, who, source_ip
