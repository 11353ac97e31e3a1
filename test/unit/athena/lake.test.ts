import { describe, expect, test } from '@jest/globals';
import { lakeTemplate } from '../../../athena/lake.ts';
import { readQueries } from '../../../athena/queries.ts';
import { eventTables } from '../../../athena/tables.ts';
import { readViews } from '../../../athena/views.ts';
import { loadStack } from '../../../local/template/load-stack.ts';

const views = readViews(eventTables);
const queries = readQueries();
const template = lakeTemplate(views, queries);
const { Workgroup, ...others } = template.Resources as Readonly<
  Record<string, { Type: string; Properties: Readonly<Record<string, unknown>> }>
>;

test('the lake is a database, its tables and views, a workgroup and its queries', () => {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(template.Resources)) counts[Type] = (counts[Type] ?? 0) + 1;

  expect(counts).toEqual({
    'AWS::Glue::Database': 1,
    'AWS::Glue::Table': eventTables.length + 1 + views.length, // and that of failures
    'AWS::Athena::WorkGroup': 1,
    'AWS::Athena::NamedQuery': queries.length,
  });
});

test('the lake says how its tables and views are named', () => {
  expect(template.Outputs).toMatchObject({
    EventsJsonTable: { Value: 'events_json' },
    EventsParquetTable: { Value: 'events_parquet' },
    EventsView: { Value: 'events' },
    FailuresTable: { Value: 'failures' },
    CloudtrailLogsView: { Value: 'cloudtrail_logs' },
  });
});

test('the workgroup can be deleted with its history, and limits what a query scans', () => {
  expect(Workgroup?.Properties).toMatchObject({
    RecursiveDeleteOption: true,
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: { Ref: 'BytesScannedCutoff' },
      ResultConfiguration: { OutputLocation: { 'Fn::Sub': expect.stringMatching(/^s3:/) } },
    },
  });
});

test('a query is saved in the workgroup of the stack, and knows its database', () => {
  const saved = Object.values(others).filter(({ Type }) => Type === 'AWS::Athena::NamedQuery');

  expect(saved).not.toHaveLength(0);
  for (const query of saved) {
    expect(query).toMatchObject({
      DependsOn: 'Workgroup',
      Properties: { Database: { Ref: 'Database' }, WorkGroup: { Ref: 'WorkgroupName' } },
    });
  }
});

describe('the view events', () => {
  /** The tables that the view of a deployed lake selects from. */
  const tablesRead = (parameters: Readonly<Record<string, string>>) => {
    const input = loadStack({ parameters }).lake.resources.EventsView?.Properties.TableInput;
    const { ViewOriginalText } = input as unknown as { ViewOriginalText: string };
    const [, definition = ''] = /^\/\* Presto View: (\S+) \*\/$/.exec(ViewOriginalText) ?? [];
    const { originalSql } = JSON.parse(Buffer.from(definition, 'base64').toString());
    return [...originalSql.matchAll(/FROM (\w+)/g)].map(([, table]) => table);
  };

  test.each<[string, string, string[]]>([
    ['json', '', ['events_json']],
    ['json', 'json', ['events_json']],
    ['parquet', '', ['events_parquet']],
    ['json', 'parquet', ['events_json', 'events_parquet']],
    ['parquet', 'json', ['events_json', 'events_parquet']],
  ])('of OutputFormat "%s" and AlsoRead "%s" reads %j', (OutputFormat, AlsoRead, tables) => {
    expect(tablesRead({ OutputFormat, AlsoRead })).toEqual(tables);
  });
});
