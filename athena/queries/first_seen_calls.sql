-- Which calls did a role or user make for the first time in a month?
-- Parameters: since 1, until, actor, account.
-- Change: the 30 days of which what was called is known.
SELECT
  account,
  coalesce(actor_name, actor_principal_id) AS who,
  actor_type,
  service,
  event_name,
  min(event_time) AS first_time,
  count(*) AS calls,
  min_by(source_ip, event_time) AS first_from,
  min_by(outcome, event_time) AS first_outcome
FROM unique_events
WHERE day >= :since - 30 days
  AND day <= :until
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND account = :account
  AND kind = 'api_call'
  AND coalesce(actor_name, actor_principal_id) IS NOT NULL
GROUP BY account, coalesce(actor_name, actor_principal_id), actor_type, service, event_name
HAVING min(day) >= :since
ORDER BY first_time, who, event_name
