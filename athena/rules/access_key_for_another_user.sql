-- Who made an access key in another user's name?
-- Parameters: since 1, until.
-- Title: Access key made for another user
-- Level: high
-- Do: Ask both. Deactivate the key, and see in use_of_an_access_key what it did.
-- Normal: An administrator who sets up a user for a machine.
-- Technique: T1098.001
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('a key for ', json_extract_scalar(request_parameters, '$.userName')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'iam.amazonaws.com'
  AND outcome = 'success'
  AND event_name = 'CreateAccessKey'
  AND json_extract_scalar(request_parameters, '$.userName') IS NOT NULL
  AND json_extract_scalar(request_parameters, '$.userName') <> coalesce(actor_name, '')
ORDER BY event_time, event_id
