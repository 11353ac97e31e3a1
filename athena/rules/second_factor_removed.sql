-- Whose second factor was taken away?
-- Parameters: since 1, until.
-- Title: Second factor removed
-- Level: high
-- Do: Ask the user. Set it up again before the next sign-in, and look at the sign-ins since.
-- Normal: A lost or new telephone, by the user or the help desk.
-- Technique: T1556.006
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('of ', coalesce(json_extract_scalar(request_parameters, '$.userName'), json_extract_scalar(request_parameters, '$.serialNumber'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'iam.amazonaws.com'
  AND outcome = 'success'
  AND event_name IN ('DeactivateMFADevice', 'DeleteVirtualMFADevice')
ORDER BY event_time, event_id
