-- Was GuardDuty, Security Hub, AWS Config, Macie or Access Analyzer switched off?
-- Parameters: since 1, until.
-- Title: Threat detection disabled
-- Level: critical
-- Do: Switch it on again, and look at what the actor did before and after.
-- Normal: A move to delegated administration, in one account after the other.
-- Technique: T1562.001
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat(service, ' sees less') AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.guardduty', 'aws.securityhub', 'aws.config', 'aws.macie2', 'aws.access-analyzer', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service IN ('guardduty.amazonaws.com', 'securityhub.amazonaws.com', 'config.amazonaws.com', 'macie2.amazonaws.com', 'access-analyzer.amazonaws.com')
  AND outcome = 'success'
  AND (event_name IN (
    'DeleteDetector', 'StopMonitoringMembers', 'DisassociateMembers', 'DisassociateFromAdministratorAccount',
    'DisassociateFromMasterAccount', 'DeletePublishingDestination', 'DisableSecurityHub', 'StopConfigurationRecorder',
    'DeleteConfigurationRecorder', 'DeleteDeliveryChannel', 'DisableMacie', 'DeleteAnalyzer'
  )
    OR (event_name = 'UpdateDetector' AND json_extract_scalar(request_parameters, '$.enable') = 'false'))
ORDER BY event_time, event_id
