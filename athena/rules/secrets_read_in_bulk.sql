-- Who read ten secrets or more within an hour?
-- Parameters: since 1, until.
-- Title: Many secrets read by one identity
-- Level: high
-- Do: End the sessions of the identity, and rotate every secret that it read.
-- Normal: A deployment that starts many services at once: its role is known.
-- Technique: T1555.006
SELECT
  min(event_time) AS finding_time,
  :who AS who,
  'GetSecretValue' AS what,
  concat(account, ' ', region) AS place,
  concat(CAST(count(DISTINCT json_extract_scalar(request_parameters, '$.secretId')) AS varchar), ' secrets within an hour') AS why,
  min_by(event_id, event_time) AS event_id
FROM unique_events
WHERE source IN ('aws.secretsmanager', 'other')
  AND day >= :since
  AND day <= :until
  AND event_name = 'GetSecretValue'
  AND outcome = 'success'
GROUP BY :who, account, region, date_trunc('hour', event_time)
HAVING count(DISTINCT json_extract_scalar(request_parameters, '$.secretId')) >= 10
ORDER BY 1, 6
