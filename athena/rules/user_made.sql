-- Who made an IAM user?
-- Parameters: since 1, until.
-- Title: IAM user made
-- Level: low
-- Do: Ask whether it is needed: people sign in through an identity provider, machines through roles.
-- Normal: Few and announced, where there is an identity provider.
-- Technique: T1136.003
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('user ', coalesce(json_extract_scalar(request_parameters, '$.userName'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'iam.amazonaws.com'
  AND outcome = 'success'
  AND event_name = 'CreateUser'
ORDER BY event_time, event_id
