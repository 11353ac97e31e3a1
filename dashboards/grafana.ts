import { conditions } from '../athena/conditions.ts';
import type { StatementName } from '../view/answers.ts';
import { statementText } from '../view/statements.ts';

/** The Athena plug-in of Grafana. */
const plugin = 'grafana-athena-datasource';

/** A variable of the dashboard, as it stands in a text; as a list of SQL texts in their quotes. */
const variable = (name: string) => `\${${name}}`;
const quoted = (name: string) => variable(`${name}:sqlstring`);

const datasource = { type: plugin, uid: variable('datasource') } as const;

/** Of the data source: its database is the stack's. A result that is a quarter of an hour old will do. */
const connectionArgs = {
  catalog: '__default',
  database: '__default',
  region: '__default',
  resultReuseEnabled: true,
  resultReuseMaxAgeInMinutes: 15,
};
/** What the plug-in makes of an answer. */
const formats = { series: 0, table: 1 } as const;

/**
 * What stands for the placeholders of a statement. `$__timeFrom()` is a macro of the plug-in: the start of the
 * range as a timestamp of UTC. Days are whole, so that the same day asks the same and a result may be used again.
 */
const placeholders: Readonly<Record<string, string>> = {
  ...conditions,
  ...rangeAs('since', 'until'),
  // The range is always one that somebody asked for.
  ...rangeAs('askedsince', 'askeduntil'),
  grain: quoted('grain'),
  accounts: quoted('account'),
};

function rangeAs(first: string, last: string) {
  return {
    [first]: "date_format($__timeFrom(), '%Y-%m-%d')",
    [last]: "date_format($__timeTo(), '%Y-%m-%d')",
  };
}

/** @throws Error for a placeholder that the page has and this has not */
function filled(sql: string): string {
  return sql.replace(/(?<!\w):([a-z]+)\b/g, (found, name: string) => {
    const value = placeholders[name];
    if (value === undefined) throw new Error(`dashboards/grafana.ts does not know ${found} yet`);
    return value;
  });
}

/** A statement of the page as a table that SQL may read from. */
const from = (name: StatementName) => `(\n${filled(statementText(name))}\n) AS answer`;

/** Instances that had the tag at any time in the range; all where no value is given. */
const isTagged = filled(`(
    ${quoted('tag_value')} = ''
    OR instance_id IN (
      SELECT instance_id
      FROM instance_events
      WHERE day BETWEEN :since AND :until
        AND account IN (:accounts)
        AND element_at(tags, ${quoted('tag_key')}) = ${quoted('tag_value')}
    )
  )`);

interface GrafanaPanel {
  readonly title: string;
  readonly type: 'stat' | 'timeseries' | 'table' | 'state-timeline';
  readonly sql: string;
  readonly width: number;
  readonly height?: number;
  readonly options?: object;
  readonly custom?: object;
  readonly transformations?: readonly object[];
}

const stackedBars = {
  drawStyle: 'bars',
  fillOpacity: 80,
  lineWidth: 0,
  stacking: { mode: 'normal', group: 'A' },
};

const table = (
  title: string,
  name: StatementName,
  { columns = '*', where = '', width = 24 } = {},
): GrafanaPanel => ({
  title,
  type: 'table',
  sql: `SELECT ${columns}\nFROM ${from(name)}${where && `\nWHERE ${where}`}`,
  width,
});

const bars = (title: string, sql: string, width = 12): GrafanaPanel => ({
  title,
  type: 'timeseries',
  sql,
  width,
  custom: stackedBars,
});

/** By day: the day as a time. */
const daily = (name: StatementName, label: string, value: string, where = '') =>
  `SELECT CAST(day AS timestamp(3)) AS time, ${label}, ${value}\nFROM ${from(name)}${where}\nORDER BY 1, 2`;

/** The questions of the page that `eventlake view` writes, by the same statements. */
const panels: readonly GrafanaPanel[] = [
  {
    title: 'How much is there?',
    type: 'stat',
    sql: `SELECT events, calls, failures, accounts, sources\nFROM ${from('totals')}`,
    width: 24,
    height: 4,
  },
  bars(
    'What happened when? By source',
    `SELECT hour AS time, event_source, events\nFROM ${from('events_by_source')}\nORDER BY 1, 2`,
  ),
  bars(
    'What failed when? By source',
    `SELECT hour AS time, event_source, failures\nFROM ${from('events_by_source')}\nORDER BY 1, 2`,
  ),
  bars(
    'What happened when? By kind',
    `SELECT hour AS time, kind, events\nFROM ${from('events_by_kind')}\nORDER BY 1, 2`,
    24,
  ),
  {
    title: 'In which state was each instance?',
    type: 'state-timeline',
    sql: `SELECT state_from AS time, instance_id, state
FROM ${from('instance_states')}
WHERE ${isTagged}
ORDER BY 1, 2`,
    width: 24,
    height: 12,
    // A lane for each.
    transformations: [
      {
        id: 'partitionByValues',
        options: { fields: ['instance_id'], keepFields: false, naming: { asLabels: false } },
      },
    ],
  },
  table('Which instances were there?', 'instances', {
    columns: [
      "instance_id, element_at(tags, 'Name') AS name",
      `element_at(tags, ${quoted('tag_key')}) AS tag`,
      'account, region, events, first_time, last_time, of_all',
    ].join(', '),
    where: isTagged,
    width: 12,
  }),
  table('What was done to them, by whom, from where?', 'instance_marks', {
    where: isTagged,
    width: 12,
  }),
  bars(
    'Who called which service?',
    `SELECT time_from AS time, concat(name, ': ', service) AS who, calls
FROM ${from('who_when')}
WHERE by_what = 'actor'
ORDER BY 1, 2`,
    24,
  ),
  table('Who made the most calls?', 'who', { width: 12 }),
  table('What did each call for the first time?', 'who_new', { width: 12 }),
  bars(
    'What failed, by code?',
    daily('failures_by_day', 'name', 'failures', "\nWHERE by_what = 'code'"),
  ),
  bars(
    'Whose calls failed?',
    daily('failures_by_day', 'name', 'failures', "\nWHERE by_what = 'role'"),
  ),
  table('What was denied, to whom, and is it new?', 'denials'),
  bars('Who signed in, and how?', daily('sign_ins_by_day', 'result', 'sign_ins')),
  table('Which sign-ins failed, or were without a second factor or as root?', 'sign_ins', {
    width: 12,
  }),
  table('What did root do?', 'root_use'),
  bars('What changed of identity and network?', daily('changes_by_day', 'area', 'changes')),
  table('Who changed what?', 'changes', { width: 12 }),
  table('What did not become a row?', 'not_rows'),
];

const columns = 24;

/** From left to right, and below when a row is full. */
function placesOf(all: readonly GrafanaPanel[]) {
  let [x, y, rowHeight] = [0, 0, 0];
  return all.map(({ width, height = 8 }) => {
    if (x + width > columns) {
      y += rowHeight;
      [x, rowHeight] = [0, 0];
    }
    const place = { x, y, w: width, h: height };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return place;
  });
}

const textBox = (name: string, label: string, value: string, description: string) => ({
  name,
  label,
  description,
  type: 'textbox',
  query: value,
  current: { text: value, value },
  options: [{ text: value, value, selected: true }],
  hide: 0,
});

const accounts = `SELECT DISTINCT account
FROM events
WHERE day >= date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d')
  AND account IS NOT NULL
ORDER BY account`;

const variables = [
  {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: plugin,
    hide: 0,
    refresh: 1,
  },
  {
    name: 'account',
    label: 'Account',
    type: 'query',
    datasource,
    definition: accounts,
    query: { rawSQL: accounts, format: formats.table, connectionArgs, refId: 'account' },
    multi: true,
    includeAll: true,
    current: { text: ['All'], value: ['$__all'] },
    refresh: 1,
    sort: 1,
    hide: 0,
  },
  {
    name: 'grain',
    label: 'Who called: by',
    type: 'custom',
    query: 'hour,day,week',
    current: { text: 'day', value: 'day' },
    options: ['hour', 'day', 'week'].map((value) => ({
      text: value,
      value,
      selected: value === 'day',
    })),
    multi: false,
    includeAll: false,
    hide: 0,
  },
  textBox('tag_key', 'Tag', 'team', 'Key of the tag by which instances are filtered'),
  textBox('tag_value', 'is', '', 'Its value; empty for all instances'),
];

/** The dashboard as Grafana imports it. */
export function grafanaDashboard() {
  const places = placesOf(panels);
  return {
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: '10.4.0' },
      { type: 'datasource', id: plugin, name: 'Amazon Athena', version: '2.13.0' },
      ...[...new Set(panels.map(({ type }) => type))]
        .sort()
        .map((id) => ({ type: 'panel', id, name: id, version: '' })),
    ],
    id: null,
    uid: 'eventlake',
    title: 'eventlake',
    description: 'The questions of `eventlake view`, asked of Athena. Days are whole, in UTC.',
    tags: ['aws', 'eventlake'],
    schemaVersion: 39,
    editable: true,
    timezone: 'utc',
    time: { from: 'now-7d/d', to: 'now/d' },
    refresh: '',
    templating: { list: variables },
    annotations: { list: [] },
    panels: panels.map(
      ({ title, type, sql, options = {}, custom = {}, transformations = [] }, at) => ({
        id: at + 1,
        title,
        type,
        datasource,
        gridPos: places[at],
        options,
        fieldConfig: { defaults: { custom }, overrides: [] },
        transformations,
        targets: [
          {
            refId: 'A',
            datasource,
            connectionArgs,
            format: type === 'timeseries' ? formats.series : formats.table,
            rawSQL: sql,
          },
        ],
      }),
    ),
  };
}
