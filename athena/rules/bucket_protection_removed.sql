-- Did a bucket lose its versions, its lock or its encryption?
-- Parameters: since 1, until.
-- Title: Versions or encryption of a bucket switched off
-- Level: medium
-- Do: Switch it on again, and see whether objects were deleted or overwritten since.
-- Normal: A change by the pipeline that owns the bucket.
-- Technique: T1485
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('bucket ', coalesce(json_extract_scalar(request_parameters, '$.bucketName'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.s3', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 's3.amazonaws.com'
  AND outcome = 'success'
  AND ((event_name = 'PutBucketVersioning' AND request_parameters LIKE '%Suspended%')
    OR event_name IN ('DeleteBucketEncryption', 'DeleteBucketLifecycle', 'DeleteBucketReplication'))
ORDER BY event_time, event_id
