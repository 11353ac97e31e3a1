-- Who changed which security group and how, and which instances of which team are in it?
-- Parameters: since 7, until, actor, account, region.
-- Change: the 83 days before, of which launches show the instances of a group.
WITH changes AS (
  SELECT
    event_time,
    coalesce(actor_session_name, actor_name, actor_type) AS who,
    event_name,
    coalesce(
      json_extract_scalar(request_parameters, '$.groupId'),
      json_extract_scalar(request_parameters, '$.ModifySecurityGroupRulesRequest.GroupId'),
      -- Where the call named it by its name, the answer has the id.
      json_extract_scalar(response_elements, '$.securityGroupRuleSet.items[0].groupId')
    ) AS group_id,
    request_parameters,
    account,
    region
  FROM unique_events
  WHERE source IN ('aws.ec2', 'other')
    AND day >= :since
    AND day <= :until
    AND :actor IN (actor_name, actor_session_name, actor_arn)
    AND account = :account
    AND region = :region
    AND event_source = 'aws.ec2'
    AND outcome = 'success'
    AND event_name IN (
      'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress',
      'RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress',
      'ModifySecurityGroupRules', 'DeleteSecurityGroup'
    )
),
launches AS (
  SELECT instance_id, tags, response_elements, account, region
  FROM instance_events
  WHERE source IN ('aws.ec2', 'other')
    AND day >= :since - 83 days
    AND event_source = 'aws.ec2'
    AND event_name = 'RunInstances'
    AND outcome = 'success'
)
SELECT
  changes.event_time,
  changes.who,
  changes.event_name,
  changes.group_id,
  launches.instance_id,
  element_at(launches.tags, 'Name') AS instance,
  element_at(launches.tags, 'team') AS team,
  changes.request_parameters
FROM changes
LEFT JOIN launches
  ON launches.account = changes.account
  AND launches.region = changes.region
  -- The answer to a launch names the groups of its instances.
  AND strpos(launches.response_elements, changes.group_id) > 0
ORDER BY changes.event_time, launches.instance_id
