-- Which calls were denied to whom, since when, how often, and why? The latest 200 by their first time; what
-- was first denied after the first day is new.
WITH denials AS (
  SELECT
    coalesce(actor_name, actor_principal_id, source_ip) AS who,
    service,
    event_name,
    error_code,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    count(DISTINCT source_ip) AS addresses,
    max_by(error_message, event_time) AS last_message,
    min(day) > :since AS is_new
  FROM unique_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
    AND :denied
  GROUP BY coalesce(actor_name, actor_principal_id, source_ip), service, event_name, error_code
)
SELECT first_time, last_time, is_new, who, service, event_name, error_code, calls, addresses, last_message,
  count(*) OVER () AS of_all
FROM denials
ORDER BY first_time DESC, who, event_name, error_code
LIMIT 200
