/**
 * SQL that several statements share: `:callers` in a file of view/sql/ stands for one. Each may have
 * placeholders of its own, as the files have.
 */
export const shared: Readonly<Record<string, string>> = {
  /** Tables of a WITH: the calls, once for each name that a caller has, and the names by their calls. */
  callers: `calls AS (
  SELECT
    event_time, day, service, event_name, outcome,
    coalesce(actor_name, actor_principal_id) AS actor,
    actor_session_name, actor_access_key_id, source_ip, user_agent
  FROM unique_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
    AND kind IN ('api_call', 'sign_in', 'console_action')
),
named AS (
  SELECT 'actor' AS by_what, actor AS name, calls.* FROM calls WHERE actor IS NOT NULL
  UNION ALL
  SELECT 'session' AS by_what, actor_session_name AS name, calls.* FROM calls WHERE actor_session_name IS NOT NULL
  UNION ALL
  SELECT 'access key' AS by_what, actor_access_key_id AS name, calls.* FROM calls WHERE actor_access_key_id IS NOT NULL
  UNION ALL
  SELECT 'address' AS by_what, source_ip AS name, calls.* FROM calls WHERE source_ip IS NOT NULL
  UNION ALL
  SELECT 'user agent' AS by_what, user_agent AS name, calls.* FROM calls WHERE user_agent IS NOT NULL
),
places AS (
  SELECT by_what, name, row_number() OVER (PARTITION BY by_what ORDER BY count(*) DESC, name) AS place
  FROM named
  GROUP BY by_what, name
)`,

  /** A table of a WITH: the 500 instances that most happened to. */
  busiest: `chosen AS (
  SELECT instance_id
  FROM instance_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
    AND coalesce(outcome, 'success') = 'success'
  GROUP BY instance_id
  ORDER BY count(*) DESC, instance_id
  LIMIT 500
)`,

  /** The rows that changed something of identity or of the network. */
  fromchanges: `FROM unique_events
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
  )`,
};
