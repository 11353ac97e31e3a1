-- How many events are there, of which days, accounts, sources, and how many calls failed?
SELECT
  count(*) AS events,
  min(day) AS first_day,
  max(day) AS last_day,
  count(DISTINCT account) AS accounts,
  count(DISTINCT event_source) AS sources,
  count_if(kind IN ('api_call', 'sign_in', 'console_action')) AS calls,
  count_if(outcome = 'failure') AS failures
FROM unique_events
WHERE day BETWEEN :since AND :until
  AND account IN (:accounts)
