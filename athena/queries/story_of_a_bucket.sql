-- What happened to an S3 bucket and its objects, and by whom, in order?
-- Parameters: since 7, until, bucket storefront-assets-eu, actor, address, account.
-- Note: Calls about objects are there only where a trail logs data events, or the bucket tells EventBridge.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  coalesce(event_name, detail_type) AS event,
  coalesce(
    json_extract_scalar(request_parameters, '$.key'),
    json_extract_scalar(detail, '$.object.key')
  ) AS object_key,
  outcome,
  error_code,
  source_ip,
  account,
  region,
  event_id
FROM unique_events
WHERE source IN ('aws.s3', 'other')
  AND day >= :since
  AND day <= :until
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND source_ip = :address
  AND account = :account
  AND event_source = 'aws.s3'
  AND :bucket IN (
    json_extract_scalar(request_parameters, '$.bucketName'),
    json_extract_scalar(detail, '$.bucket.name')
  )
ORDER BY event_time, event_id
