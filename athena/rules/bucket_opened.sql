-- Was a bucket opened to everybody?
-- Parameters: since 1, until.
-- Title: Bucket opened to everybody
-- Level: critical
-- Do: Block public access again, then ask S3 data events or access logs who read it.
-- Normal: A site that is meant to be public, mostly behind CloudFront and then not like this.
-- Technique: T1530
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('bucket ', coalesce(json_extract_scalar(request_parameters, '$.bucketName'), 'all of the account')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.s3', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 's3.amazonaws.com'
  AND outcome = 'success'
  AND ((event_name = 'PutBucketPolicy'
      AND regexp_like(regexp_replace(request_parameters, '\s', ''), '"Principal":("\*"|[{]"AWS":(\[)?"\*")')
      AND regexp_replace(request_parameters, '\s', '') LIKE '%"Effect":"Allow"%')
    OR (event_name = 'PutBucketAcl' AND (request_parameters LIKE '%/groups/global/%' OR request_parameters LIKE '%public-read%'))
    OR event_name IN ('DeletePublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'DeleteAccountPublicAccessBlock')
    OR (event_name IN ('PutPublicAccessBlock', 'PutBucketPublicAccessBlock', 'PutAccountPublicAccessBlock')
      AND regexp_like(regexp_replace(request_parameters, '\s', ''), '"(Block|Ignore|Restrict)Public[A-Za-z]+":"?false')))
ORDER BY event_time, event_id
