-- May an instance hand out its credentials without a token (IMDSv1) again?
-- Parameters: since 1, until.
-- Title: Instance metadata without a token
-- Level: medium
-- Do: Require tokens again. Look for calls by the instance from elsewhere: instance_credentials_elsewhere.
-- Normal: Old software that does not know tokens.
-- Technique: T1552.005
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('of ', coalesce(json_extract_scalar(request_parameters, '$.ModifyInstanceMetadataOptionsRequest.InstanceId'), json_extract_scalar(request_parameters, '$.instanceId'), 'an instance')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'ec2.amazonaws.com'
  AND outcome = 'success'
  AND event_name = 'ModifyInstanceMetadataOptions'
  AND regexp_like(regexp_replace(request_parameters, '\s', ''), '"[Hh]ttpTokens":"optional"')
ORDER BY event_time, event_id
