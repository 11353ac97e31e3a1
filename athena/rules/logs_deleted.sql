-- Were flow logs, log groups or the rules of EventBridge deleted?
-- Parameters: since 1, until.
-- Title: Logs deleted or no longer made
-- Level: high
-- Do: Make them again, and look at what the actor did since.
-- Normal: A stack that is deleted takes its log groups along: then CloudFormation acted.
-- Technique: T1562.008
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('deleted: ', coalesce(json_extract_scalar(request_parameters, '$.logGroupName'), json_extract_scalar(request_parameters, '$.name'), 'flow logs')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.ec2', 'aws.logs', 'aws.events', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service IN ('ec2.amazonaws.com', 'logs.amazonaws.com', 'events.amazonaws.com')
  AND outcome = 'success'
  AND event_name IN ('DeleteFlowLogs', 'DeleteLogGroup', 'DeleteLogStream', 'DisableRule', 'DeleteRule')
  AND :byhand
ORDER BY event_time, event_id
