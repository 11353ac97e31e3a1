-- Which builds, tasks, jobs, executions and alarms went wrong?
-- Parameters: since 7, until, account, region.
-- Change: the words for failure, if your services use others.
SELECT
  event_time,
  event_source,
  detail_type,
  resource_id,
  previous_state,
  state,
  coalesce(error_code, json_extract_scalar(detail, '$.stopCode')) AS error_code,
  coalesce(error_message, json_extract_scalar(detail, '$.stoppedReason')) AS error_message,
  account,
  region
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND account = :account
  AND region = :region
  AND kind = 'state_change'
  AND (
    regexp_like(lower(state), 'fail|error|alarm|abort|cancel|timed.?out|unhealthy|unsuccessful|interrupt')
    -- A task of ECS is STOPPED in any case; one that has done its work has exit codes of 0.
    OR (
      detail_type = 'ECS Task State Change'
      AND state = 'STOPPED'
      AND (
        json_extract_scalar(detail, '$.stopCode') IN ('TaskFailedToStart', 'SpotInterruption', 'TerminationNotice')
        OR (
          json_extract_scalar(detail, '$.stopCode') = 'EssentialContainerExited'
          AND regexp_like(detail, '"exitCode"\s*:\s*[1-9]')
        )
      )
    )
  )
ORDER BY event_time, resource_id
