/**
 * A question to each view, for the documentation; its answer on the sample lake is kept with those of
 * the named queries.
 */
export const viewExamples: Readonly<
  Record<string, { readonly asks: string; readonly sql: string }>
> = {
  events: {
    asks: 'How many events of each kind arrived?',
    sql: `SELECT kind, count(*) AS events, count(DISTINCT event_source) AS sources
FROM events
WHERE day BETWEEN '2026-11-17' AND '2026-11-18'
GROUP BY kind
ORDER BY events DESC, kind`,
  },
  unique_events: {
    asks: 'Who did what in the minutes before an instance stopped?',
    sql: `SELECT event_time, actor_session_name, event_name, read_only, detail_type, resource_id, state
FROM unique_events
WHERE source IN ('aws.ec2', 'other')
  AND day = '2026-11-17'
  AND event_time BETWEEN TIMESTAMP '2026-11-17 21:10:00' AND TIMESTAMP '2026-11-17 21:15:00'
ORDER BY event_time, resource_id`,
  },
  instance_events: {
    asks: "What happened to one team's instances?",
    sql: `SELECT event_time, element_at(tags, 'Name') AS instance, coalesce(event_name, detail_type) AS event, previous_state, state
FROM instance_events
WHERE source IN ('aws.ec2', 'other')
  AND day = '2026-11-17'
  AND element_at(tags, 'team') = 'data'
ORDER BY event_time, instance`,
  },
  instance_timeline: {
    asks: 'In which states was an instance, from when until when, and who caused them?',
    sql: `SELECT state, state_from, state_until, seconds, cause, cause_actor_session_name AS who
FROM instance_timeline
WHERE source IN ('aws.ec2', 'other')
  AND day BETWEEN '2026-11-17' AND '2026-11-18'
  AND instance_id = 'i-0a1b2c3d4e5f60718'
ORDER BY state_from`,
  },
  cloudtrail_logs: {
    asks: 'Which calls were made by roles, in a query written for a CloudTrail table?',
    sql: `SELECT eventtime, eventname, useridentity.sessioncontext.sessionissuer.username AS role, readonly, errorcode
FROM cloudtrail_logs
WHERE year = '2026' AND month = '11' AND day = '17'
  AND useridentity.type = 'AssumedRole'
ORDER BY eventtime`,
  },
  cloudtrail_lake: {
    asks: 'Who changed what, in a query written for a CloudTrail Lake event data store?',
    sql: `SELECT eventTime, eventName, userIdentity.sessionContext.sessionIssuer.userName AS role, element_at(requestParameters, 'instanceType') AS instance_type, readOnly
FROM cloudtrail_lake
WHERE eventTime > '2026-11-17 00:00:00' AND eventTime < '2026-11-18 00:00:00'
  AND day = '2026-11-17'
  AND readOnly = false
ORDER BY eventTime`,
  },
};

/** The first query that somebody pastes: what came lately? */
export const firstQuery = `SELECT event_time, event_source, kind, event_name, resource_id, state, actor_name
FROM events
WHERE day >= date_format(current_date - INTERVAL '1' DAY, '%Y-%m-%d')
ORDER BY event_time DESC
LIMIT 50`;
