-- Will a key be deleted, or is it disabled?
-- Parameters: since 1, until.
-- Title: Encryption key disabled or to be deleted
-- Level: high
-- Do: Cancel the deletion within its waiting period, and see what else the actor holds to ransom.
-- Normal: A key of a project that has ended, announced.
-- Technique: T1485
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('key ', coalesce(json_extract_scalar(request_parameters, '$.keyId'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.kms', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'kms.amazonaws.com'
  AND outcome = 'success'
  AND event_name IN ('ScheduleKeyDeletion', 'DisableKey', 'DeleteImportedKeyMaterial')
ORDER BY event_time, event_id
