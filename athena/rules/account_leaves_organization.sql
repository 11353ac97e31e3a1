-- Did an account leave the organisation, or was it tried?
-- Parameters: since 1, until.
-- Title: Account leaves the organisation
-- Level: critical
-- Do: The account has lost its guard rails: contact AWS Support at once if nobody meant it.
-- Normal: An account that is sold or closed, announced.
-- Technique: T1666
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('account ', coalesce(json_extract_scalar(request_parameters, '$.accountId'), account), ', ', outcome) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.organizations', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'organizations.amazonaws.com'
  AND event_name IN ('LeaveOrganization', 'RemoveAccountFromOrganization')
ORDER BY event_time, event_id
