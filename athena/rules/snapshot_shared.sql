-- Was a snapshot, an image or a backup of a database shared with others?
-- Parameters: since 1, until.
-- Title: Snapshot or image shared
-- Level: high
-- Do: Take the permission away. What another account has copied is gone: treat its contents as read.
-- Normal: Images that one account builds for all of the organisation.
-- Technique: T1537
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('shared: ', coalesce(json_extract_scalar(request_parameters, '$.snapshotId'), json_extract_scalar(request_parameters, '$.imageId'), json_extract_scalar(request_parameters, '$.dBSnapshotIdentifier'), json_extract_scalar(request_parameters, '$.dBClusterSnapshotIdentifier'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.ec2', 'aws.rds', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service IN ('ec2.amazonaws.com', 'rds.amazonaws.com')
  AND outcome = 'success'
  AND event_name IN ('ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')
  AND (request_parameters LIKE '%"add"%' OR request_parameters LIKE '%valuesToAdd%')
ORDER BY event_time, event_id
