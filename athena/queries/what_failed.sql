-- Which builds, tasks, jobs, executions and alarms went wrong?
-- Change: the days; the words, where your services have others.
SELECT
  event_time,
  event_source,
  detail_type,
  resource_id,
  previous_state,
  state,
  error_code,
  error_message,
  account,
  region
FROM unique_events
WHERE day >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')
  AND kind = 'state_change'
  AND regexp_like(lower(state), 'fail|error|alarm|abort|cancel|timed.?out|unhealthy|interrupt')
ORDER BY event_time, resource_id
