import { UsageError } from '../errors.ts';
import { askLake } from '../lake/ask-lake.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { jsonOption, lakeOption } from '../terminal/options.ts';

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

/** Shows how much of a lake's events the columns hold. */
export const overview = defineCommand({
  name: 'overview',
  summary: 'count what a lake holds, by kind, and list fields without a column',
  positionals: '',
  description: [
    'For each kind of event, counts the events, and shows what share of them has a',
    'state, the id of a resource, instances, and fields that have no column of their',
    'own. Then lists those fields.',
  ],
  options: { lake: lakeOption, json: jsonOption('print each row as a JSON object') },
  example: `${invocationPrefix} overview --lake DIR`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) throw new UsageError('overview takes no arguments.');
    return askLake(values.lake, terminal, async (lake) => {
      // Loaded here, as it brings the engine along.
      const { writeJson, writeTable } = await import('../lake/answer.ts');
      const write = values.json ? writeJson : writeTable;
      await write(await lake.ask(byKind), terminal);
      if (terminal.interrupted.aborted) return;
      if (!values.json) await terminal.stdout.write('\n');
      await write(await lake.ask(unmappedFields), terminal);
    });
  },
});
