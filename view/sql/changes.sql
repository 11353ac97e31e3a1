-- Who changed what of identity and of the network? The latest 300 changes.
SELECT
  event_time,
  CASE WHEN event_source = 'aws.ec2' THEN 'network' ELSE 'identity' END AS area,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  event_name,
  coalesce(
    json_extract_scalar(request_parameters, '$.userName'),
    json_extract_scalar(request_parameters, '$.roleName'),
    json_extract_scalar(request_parameters, '$.groupName'),
    json_extract_scalar(request_parameters, '$.policyName'),
    json_extract_scalar(request_parameters, '$.policyArn'),
    json_extract_scalar(request_parameters, '$.groupId'),
    json_extract_scalar(request_parameters, '$.ModifySecurityGroupRulesRequest.GroupId'),
    json_extract_scalar(request_parameters, '$.routeTableId'),
    json_extract_scalar(request_parameters, '$.networkAclId'),
    json_extract_scalar(request_parameters, '$.vpcId'),
    json_extract_scalar(response_elements, '$.accessKey.userName')
  ) AS on_what,
  outcome,
  error_code,
  source_ip,
  account,
  region,
  event_id,
  count(*) OVER () AS of_all
:fromchanges
ORDER BY event_time DESC, event_id
LIMIT 300
