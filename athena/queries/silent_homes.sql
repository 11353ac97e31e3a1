-- Which accounts and Regions sent events in the week before, but none since? Which sent API calls, and sends none since?
-- Parameters: since 1, until, account, region.
-- Change: the 7 days in which it was heard of.
-- Note: A home where nobody works looks the same as one whose rule or trail has stopped, or that is no longer admitted.
SELECT
  account,
  region,
  CASE WHEN max(day) < :since THEN 'events' ELSE 'API calls' END AS silent_of,
  max(event_time) AS last_event,
  max(CASE WHEN kind = 'api_call' THEN event_time END) AS last_api_call,
  count(*) AS events,
  count_if(kind = 'api_call') AS api_calls,
  count(DISTINCT day) AS days_with_events
FROM events
WHERE day >= :since - 7 days
  AND day <= :until
  AND account = :account
  AND region = :region
  AND account IS NOT NULL
GROUP BY account, region
HAVING max(day) < :since
  OR max(CASE WHEN kind = 'api_call' THEN day END) < :since
ORDER BY last_event, account, region
