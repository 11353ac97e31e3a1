-- Who set a console password in another user's name?
-- Parameters: since 1, until.
-- Title: Console password set for another user
-- Level: high
-- Do: Ask both. Take the password away, end the sessions of the user, and look at its sign-ins.
-- Normal: The help desk, for somebody who asked.
-- Technique: T1098
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('a password for ', json_extract_scalar(request_parameters, '$.userName')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'iam.amazonaws.com'
  AND outcome = 'success'
  AND event_name IN ('CreateLoginProfile', 'UpdateLoginProfile')
  AND json_extract_scalar(request_parameters, '$.userName') IS NOT NULL
  AND json_extract_scalar(request_parameters, '$.userName') <> coalesce(actor_name, '')
ORDER BY event_time, event_id
