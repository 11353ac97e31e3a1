-- Was SSH, RDP, a database or every port opened to everybody?
-- Parameters: since 1, until.
-- Title: Administrative port opened to everybody
-- Level: high
-- Do: Revoke the rule. See in flow logs who came in between.
-- Normal: None, as Session Manager needs no open port.
-- Technique: T1562.007
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('security group ', coalesce(json_extract_scalar(request_parameters, '$.groupId'), json_extract_scalar(request_parameters, '$.ModifySecurityGroupRulesRequest.GroupId'), 'unknown')) AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND api_service = 'ec2.amazonaws.com'
  AND outcome = 'success'
  AND event_name IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  AND regexp_like(regexp_replace(request_parameters, '\s', ''), '"[Cc]idr[A-Za-z0-9]*":"[^"]+/0"')
  AND regexp_like(regexp_replace(request_parameters, '\s', ''), '"[Ff]romPort":(22|3389|3306|5432|6379|9200|27017|0|-1)[,}]|"[Ii]pProtocol":"-1"')
ORDER BY event_time, event_id
