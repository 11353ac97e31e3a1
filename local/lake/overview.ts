/** One part of what a lake is about: a title, and a statement that answers it. */
export interface OverviewPart {
  /** What machines are told the part by. */
  readonly name: string;
  readonly title: string;
  readonly sql: string;
  /** A row that stands alone, and is read from top to bottom. */
  readonly isOneRow?: boolean;
}

export interface OverviewPeriod {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Rows of each part; what is more is said by a last row of its own. */
const most = 10;

/** The columns that the parts look at, read once: JSON would be read again for each. */
const columns = [
  'event_time',
  'kind',
  'account',
  'region',
  'event_source',
  'event_name',
  'outcome',
  'error_code',
  'actor_type',
  'actor_name',
  'actor_session_name',
  'actor_access_key_id',
  'source_ip',
];

/** @param period days that were checked */
const inPeriod = ({ since, until }: OverviewPeriod) =>
  [
    ...(since === undefined ? [] : [`day >= '${since}'`]),
    ...(until === undefined ? [] : [`day <= '${until}'`]),
  ].join(' AND ') || 'true';

/** Makes what the parts look at. */
export const overviewStatement = (period: OverviewPeriod) =>
  `CREATE OR REPLACE TEMP TABLE seen AS SELECT ${columns.join(', ')} FROM unique_events WHERE ${inPeriod(period)}`;

/** The most frequent values of a column: how often, how often it failed, when first and last. */
const frequent = (name: string, title: string, column: string, where: string): OverviewPart => ({
  name,
  title,
  sql: `
WITH counted AS (
  SELECT ${column} AS ${name}, count(*) AS events, count_if(outcome = 'failure') AS failed,
    min(event_time) AS first, max(event_time) AS last
  FROM seen WHERE ${where}
  GROUP BY 1
), ranked AS (
  SELECT *, row_number() OVER (ORDER BY events DESC, ${name}) AS place FROM counted
)
SELECT CASE WHEN min(place) <= ${most} THEN any_value(${name}) ELSE '(' || count(*) || ' others)' END AS ${name},
  sum(events)::BIGINT AS events, sum(failed)::BIGINT AS failed, min(first) AS first, max(last) AS last
FROM ranked GROUP BY least(place, ${most + 1}) ORDER BY least(place, ${most + 1})`,
});

const barWidth = 40;

/** What somebody asks first of a lake that he has not seen: what is in it, when, who, from where. */
export function overviewParts(period: OverviewPeriod): OverviewPart[] {
  const days = inPeriod(period);
  return [
    {
      name: 'range',
      title: 'What is here',
      isOneRow: true,
      sql: `
SELECT min(event_time) AS first_event, max(event_time) AS last_event, count(*) AS events,
  (SELECT count(*) FROM events WHERE ${days}) - count(*) AS more_copies,
  (SELECT count(*) FROM failures WHERE ${days}) AS failures,
  nullif(array_to_string(list_sort(list(DISTINCT account)), ', '), '') AS accounts,
  nullif(array_to_string(list_sort(list(DISTINCT region)), ', '), '') AS regions
FROM seen`,
    },
    {
      name: 'kinds',
      title: 'Events by kind',
      sql: `
SELECT kind, count(*) AS events, count_if(outcome = 'failure') AS failed, count(DISTINCT event_source) AS sources
FROM seen GROUP BY kind ORDER BY events DESC, kind`,
    },
    {
      name: 'times',
      title: 'When (UTC)',
      // By hours, unless these are too many for a screen.
      sql: `
WITH unit AS (
  SELECT CASE WHEN max(event_time) - min(event_time) <= INTERVAL 2 DAYS THEN 'hour' ELSE 'day' END AS name FROM seen
), counted AS (
  SELECT date_trunc(unit.name, event_time) AS start, any_value(unit.name) AS unit, count(*) AS events,
    count_if(outcome = 'failure') AS failed
  FROM seen, unit WHERE event_time IS NOT NULL GROUP BY 1
)
SELECT CASE unit WHEN 'hour' THEN strftime(start, '%Y-%m-%d %H:00') ELSE strftime(start, '%Y-%m-%d') END AS "time",
  events, failed,
  repeat('█', ceil(${barWidth}.0 * events / max(events) OVER ())::INT) AS bar
FROM counted ORDER BY start`,
    },
    frequent(
      'actors',
      'Who',
      "coalesce(actor_session_name || CASE WHEN actor_name IS NULL THEN '' ELSE ' as ' || actor_name END, actor_name)",
      'coalesce(actor_session_name, actor_name) IS NOT NULL',
    ),
    frequent(
      'access_keys',
      'With which access keys',
      'actor_access_key_id',
      'actor_access_key_id IS NOT NULL',
    ),
    frequent('addresses', 'From where', 'source_ip', 'source_ip IS NOT NULL'),
    frequent('calls', 'What', "event_source || ' ' || event_name", 'event_name IS NOT NULL'),
    frequent(
      'errors',
      'What failed',
      "coalesce(error_code, 'failed') || ' of ' || coalesce(event_name, kind)",
      "outcome = 'failure'",
    ),
    {
      name: 'instances',
      title: 'Instances that changed state',
      sql: `
SELECT instance_id, element_at(max_by(tags, state_from), 'Name') AS name, count(*) AS changes,
  min(state_from) AS first, max(state_from) AS last, max_by(state, state_from) AS last_state
FROM instance_timeline WHERE ${days}
GROUP BY instance_id ORDER BY changes DESC, instance_id LIMIT ${most}`,
    },
  ];
}

/** What the columns make of the events: of each kind, how many have what people filter by. */
const byKind = `
SELECT coalesce(kind, 'all') AS kind, count(*) AS events, ${[
  'state',
  'resource_id',
  'instances',
  'unmapped',
]
  .map((column) => `round(100.0 * count(${column}) / nullif(count(*), 0), 1) AS "${column} %"`)
  .join(', ')}
FROM events
GROUP BY GROUPING SETS ((kind), ())
ORDER BY grouping(kind), events DESC, kind`;

/**
 * Of a wrapped record the patch of the record is below `detail`. A lone surrogate stands in a patch as its
 * escape, which is no JSON to DuckDB: it is left out, and an escaped backslash before one stays.
 */
const unmappedFields = String.raw`
WITH patches AS (
  SELECT *, regexp_replace(unmapped, '(\\\\)|\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\1', 'g')::JSON AS patch
  FROM events WHERE unmapped IS NOT NULL
), fields AS (
  SELECT *, unnest(json_keys(patch)) AS field FROM patches
), inner_fields AS (
  SELECT *, unnest(
    CASE WHEN field = 'detail' AND json_type(patch, '$.detail') = 'OBJECT'
      THEN list_transform(json_keys(patch, '$.detail'), key -> 'detail.' || key)
      ELSE [field] END
  ) AS path FROM fields
)
SELECT path AS "field that no column holds", count(*) AS events, min(event_source) AS "such as of"
FROM inner_fields
GROUP BY path
ORDER BY events DESC, path`;

/** How well the columns fit the events of a lake. */
export const fitStatements: readonly string[] = [byKind, unmappedFields];
