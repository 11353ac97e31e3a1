-- Which users signed in to the console with a password alone?
-- Parameters: since 1, until.
-- Title: Console sign-in without a second factor
-- Level: medium
-- Do: Give the user a second factor, or take the password away. Look at what the session did.
-- Normal: None, once every user has a second factor. Sign-ins through an identity provider are not meant: the
-- provider asks for it.
-- Technique: T1078.004
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  'signed in by a password alone' AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.signin', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'signin.amazonaws.com'
  AND outcome = 'success'
  AND event_name = 'ConsoleLogin'
  AND actor_type IN ('IAMUser', 'Root')
  AND json_extract_scalar(additional_event_data, '$.MFAUsed') = 'No'
ORDER BY event_time, event_id
