-- Was the script changed that an instance runs when it starts?
-- Parameters: since 1, until.
-- Title: Start script of an instance changed
-- Level: high
-- Do: Read the script before the instance starts again. Take the instance out of the network if it has.
-- Normal: A pipeline that changes user data instead of launch templates.
-- Technique: T1059
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('of ', coalesce(json_extract_scalar(request_parameters, '$.instanceId'), 'an instance')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'ec2.amazonaws.com'
  AND outcome = 'success'
  AND event_name = 'ModifyInstanceAttribute'
  AND (json_extract(request_parameters, '$.userData') IS NOT NULL OR json_extract_scalar(request_parameters, '$.attribute') = 'userData')
ORDER BY event_time, event_id
