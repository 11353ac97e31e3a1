-- Who asked for the administrator's password of a Windows instance?
-- Parameters: since 1, until.
-- Title: Password of a Windows instance read
-- Level: medium
-- Do: Ask the actor. Change the password of the instance if nobody knows.
-- Normal: The owner of the instance, once.
-- Technique: T1552
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
  AND event_name = 'GetPasswordData'
ORDER BY event_time, event_id
