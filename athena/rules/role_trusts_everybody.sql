-- Was a role opened to everybody?
-- Parameters: since 1, until.
-- Title: Role that everybody may assume
-- Level: critical
-- Do: Restore the trust policy, and look for AssumeRole of that role from other accounts.
-- Normal: None. A condition in the policy may limit it: read it.
-- Technique: T1098
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('role ', coalesce(json_extract_scalar(request_parameters, '$.roleName'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'iam.amazonaws.com'
  AND outcome = 'success'
  AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND regexp_like(regexp_replace(coalesce(json_extract_scalar(request_parameters, '$.assumeRolePolicyDocument'), json_extract_scalar(request_parameters, '$.policyDocument'), ''), '\s', ''), '"Principal":("\*"|[{]"AWS":(\[)?"\*")')
ORDER BY event_time, event_id
