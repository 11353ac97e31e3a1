-- What was denied to somebody, and allowed to the same one within the hour?
-- Parameters: since 7, until, actor, key, account, region.
-- Note: In between, somebody may have widened a policy: identity_changes tells. Of several denials in a row, each
-- is a row.
WITH calls AS (
  SELECT
    event_time,
    account,
    region,
    coalesce(actor_session_name, actor_name, actor_type) AS who,
    event_source,
    event_name,
    outcome,
    error_code,
    error_message,
    source_ip,
    event_id,
    min(CASE WHEN outcome = 'success' THEN event_time END) OVER (
      PARTITION BY account, coalesce(actor_arn, actor_principal_id), event_source, event_name
      ORDER BY event_time
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS allowed_at
  FROM unique_events
  WHERE day >= :since
    AND day <= :until
    AND :actor IN (actor_name, actor_session_name, actor_arn)
    AND actor_access_key_id = :key
    AND account = :account
    AND region = :region
    AND kind = 'api_call'
    AND (outcome = 'success' OR :denied)
)
SELECT
  event_time AS denied_at,
  allowed_at,
  date_diff('second', event_time, allowed_at) AS seconds,
  who,
  event_source,
  event_name,
  error_code,
  error_message,
  source_ip,
  account,
  region,
  event_id
FROM calls
WHERE outcome = 'failure'
  AND allowed_at <= event_time + INTERVAL '1' HOUR
ORDER BY event_time, event_id
