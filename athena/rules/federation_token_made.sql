-- Who made a session token from a long-term key?
-- Parameters: since 1, until.
-- Title: Session made from a long-term key
-- Level: medium
-- Do: Ask the user. Deactivate the key, which does not end the session; deny by aws:TokenIssueTime as well.
-- Normal: Old tools that sign in by GetFederationToken.
-- Technique: T1550.001
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('for ', coalesce(json_extract_scalar(request_parameters, '$.name'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.sts', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'sts.amazonaws.com'
  AND outcome = 'success'
  AND event_name = 'GetFederationToken'
  AND actor_type IN ('IAMUser', 'Root')
ORDER BY event_time, event_id
