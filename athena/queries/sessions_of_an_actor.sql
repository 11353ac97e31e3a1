-- What did somebody do, also in the sessions that he opened with AssumeRole, and in those opened from these?
-- Parameters: since 7, until, actor alice.
-- Note: hop 0 is what was done under the name itself, 1 to 3 in sessions that were opened one from another. Somebody
-- may also be the id of an access key.
WITH grants AS (
  -- A call into another account has a record in each of the two: one says by whom, one for which credentials.
  SELECT
    max(actor_access_key_id) AS by_key,
    max(CASE WHEN :actor IN (actor_name, actor_session_name, actor_arn, actor_access_key_id) THEN 1 ELSE 0 END) AS by_actor,
    max(json_extract_scalar(response_elements, '$.credentials.accessKeyId')) AS issued_key
  FROM unique_events
  WHERE source IN ('aws.sts', 'other')
    AND day >= :since
    AND day <= :until
    AND event_source = 'aws.sts'
    AND outcome = 'success'
    AND event_name IN (
      'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot', 'GetFederationToken', 'GetSessionToken'
    )
  GROUP BY coalesce(shared_event_id, event_id)
),
first_keys AS (
  SELECT issued_key FROM grants WHERE by_actor = 1
),
second_keys AS (
  SELECT issued_key FROM grants WHERE by_key IN (SELECT issued_key FROM first_keys)
),
third_keys AS (
  SELECT issued_key FROM grants WHERE by_key IN (SELECT issued_key FROM second_keys)
),
keys AS (
  SELECT issued_key, min(hop) AS hop
  FROM (
    SELECT issued_key, 1 AS hop FROM first_keys
    UNION ALL
    SELECT issued_key, 2 AS hop FROM second_keys
    UNION ALL
    SELECT issued_key, 3 AS hop FROM third_keys
  ) AS all_keys
  WHERE issued_key IS NOT NULL
  GROUP BY issued_key
)
SELECT
  event_time,
  coalesce(keys.hop, 0) AS hop,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  actor_name AS as_whom,
  event_name,
  outcome,
  error_code,
  source_ip,
  actor_access_key_id,
  event_source,
  account,
  region,
  event_id
FROM unique_events
LEFT JOIN keys ON keys.issued_key = actor_access_key_id
WHERE day >= :since
  AND day <= :until
  AND (
    keys.issued_key IS NOT NULL
    OR :actor IN (actor_name, actor_session_name, actor_arn, actor_access_key_id)
  )
ORDER BY event_time, event_id
