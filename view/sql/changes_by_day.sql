-- How many changes of identity and of the network were made on each day, and how many failed?
SELECT
  day,
  CASE WHEN event_source = 'aws.ec2' THEN 'network' ELSE 'identity' END AS area,
  count(*) AS changes,
  count_if(outcome = 'failure') AS failures
FROM unique_events
WHERE day BETWEEN :since AND :until
  AND account IN (:accounts)
  AND kind = 'api_call'
  AND (read_only = false OR read_only IS NULL)
  AND (
    event_source IN ('aws.iam', 'aws.organizations', 'aws.sso')
    OR (
      event_source = 'aws.ec2'
      AND regexp_like(
        event_name,
        '^(Authorize|Revoke|Modify|Create|Delete|Update|Replace|Associate|Disassociate|Attach|Detach|Accept|Reject)(SecurityGroup|NetworkAcl|Route|Vpc|Subnet|InternetGateway|NatGateway|TransitGateway|Vpn|CustomerGateway|NetworkInterface|Address|FlowLogs|DhcpOptions)'
      )
    )
  )
GROUP BY 1, 2
ORDER BY 1, 2
