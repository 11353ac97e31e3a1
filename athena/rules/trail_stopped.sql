-- Was CloudTrail told to log less?
-- Parameters: since 1, until.
-- Title: Trail stopped, deleted or changed
-- Level: critical
-- Do: Start the trail again, compare its settings with those before, and treat what the actor did since as
-- unseen: ask the services themselves.
-- Normal: A change by the pipeline that owns the trail.
-- Technique: T1562.008
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('trail ', coalesce(json_extract_scalar(request_parameters, '$.name'), json_extract_scalar(request_parameters, '$.trailName'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.cloudtrail', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'cloudtrail.amazonaws.com'
  AND outcome = 'success'
  AND event_name IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteEventDataStore', 'StopEventDataStoreIngestion')
ORDER BY event_time, event_id
