-- Who was given all rights?
-- Parameters: since 1, until.
-- Title: Full rights given
-- Level: high
-- Do: Ask the actor and the owner of the account. Detach the policy, and look at what the identity did since.
-- Normal: The set-up of an account, by the pipeline that does it.
-- Technique: T1098.003
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('all rights for ', coalesce(json_extract_scalar(request_parameters, '$.userName'), json_extract_scalar(request_parameters, '$.roleName'), json_extract_scalar(request_parameters, '$.groupName'), json_extract_scalar(request_parameters, '$.policyName'), json_extract_scalar(request_parameters, '$.policyArn'), 'a policy')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'iam.amazonaws.com'
  AND outcome = 'success'
  AND event_name IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion')
  AND (json_extract_scalar(request_parameters, '$.policyArn') LIKE '%:policy/AdministratorAccess'
    OR json_extract_scalar(request_parameters, '$.policyArn') LIKE '%:policy/IAMFullAccess'
    OR (
      regexp_replace(coalesce(json_extract_scalar(request_parameters, '$.policyDocument'), ''), '\s', '') LIKE '%"Effect":"Allow"%'
      AND regexp_like(regexp_replace(coalesce(json_extract_scalar(request_parameters, '$.policyDocument'), ''), '\s', ''), '"Action":(\["\*"|"\*")')
    ))
ORDER BY event_time, event_id
