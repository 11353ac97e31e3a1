-- Can everybody now call a function?
-- Parameters: since 1, until.
-- Title: Lambda function open to everybody
-- Level: high
-- Do: Take the URL or the permission away, or require IAM. Look at what the function may do.
-- Normal: A public site that authenticates by itself.
-- Technique: T1648
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('function ', coalesce(json_extract_scalar(request_parameters, '$.functionName'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.lambda', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'lambda.amazonaws.com'
  AND outcome = 'success'
  AND ((regexp_like(event_name, '^(Create|Update)FunctionUrlConfig') AND json_extract_scalar(request_parameters, '$.authType') = 'NONE')
    OR (regexp_like(event_name, '^AddPermission') AND json_extract_scalar(request_parameters, '$.principal') = '*'))
ORDER BY event_time, event_id
