-- Which calls did a role or user make for the first time in a month?
-- Change: the two numbers of days, for how long a call counts as new and how far back to look for it.
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
WHERE day >= date_format(current_date - INTERVAL '31' DAY, '%Y-%m-%d')
  AND kind = 'api_call'
  AND coalesce(actor_name, actor_principal_id) IS NOT NULL
GROUP BY account, coalesce(actor_name, actor_principal_id), actor_type, service, event_name
HAVING min(day) >= date_format(current_date - INTERVAL '1' DAY, '%Y-%m-%d')
ORDER BY first_time, who, event_name
