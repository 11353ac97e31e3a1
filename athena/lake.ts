import { otherSource } from '../src/partition/sources.ts';
import { failuresInput, failuresTable } from './failures.ts';
import type { NamedQuery } from './queries.ts';
import type { EventTable } from './tables.ts';
import { eventTables, tableInput } from './tables.ts';
import type { Branch, View } from './views.ts';
import { branchesOf, joined, viewInput, viewText } from './views.ts';

/** `events_json` → `EventsJsonTable`: letters and digits only, as logical ids must be. */
const logicalId = (name: string, kind: 'Table' | 'View' | 'Query') =>
  `${name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}${kind}`;

const glueTable = (input: unknown) => ({
  Type: 'AWS::Glue::Table',
  Properties: {
    CatalogId: { Ref: 'AWS::AccountId' },
    DatabaseName: { Ref: 'Database' },
    TableInput: input,
  },
});

/** The condition that a lake has rows in a table. */
const readsTable = ({ name }: EventTable) => `Reads${logicalId(name, 'Table')}`;

/** The text of a view, which reads the tables that the lake has rows in. */
function textOf(view: View): unknown {
  const text = (branches: readonly Branch[]) =>
    viewText({ sql: joined(branches), columns: view.columns }, 'DatabaseName');

  /** @param chosen branches whose conditions hold; of `left` some hold, at least one where none does yet */
  function choose(chosen: readonly Branch[], left: readonly Branch[]): unknown {
    const [branch, ...others] = left;
    if (!branch) return text(chosen);
    if (chosen.length === 0 && others.length === 0) return text([branch]);
    const table = eventTables.find(({ name }) => name === branch.table) as EventTable;
    return {
      'Fn::If': [readsTable(table), choose([...chosen, branch], others), choose(chosen, others)],
    };
  }

  const branches = branchesOf(view, eventTables);
  return branches.length === 0 ? viewText(view, 'DatabaseName') : choose([], branches);
}

/**
 * lake.yaml as an object: everything that Athena needs, as a stack nested in template.yaml. Of its
 * parent it takes parameters and the bucket's name, nothing that the stream or the function make:
 * so the stream can wait for its tables, and no order of creation is circular.
 */
export function lakeTemplate(views: readonly View[], queries: readonly NamedQuery[]) {
  const sources = {
    'Fn::If': [
      'HasRetiredSources',
      { 'Fn::Sub': `\${PartitionSources},${otherSource},\${RetiredSources}` },
      { 'Fn::Sub': `\${PartitionSources},${otherSource}` },
    ],
  };
  const from = { sources, firstDay: 'FirstDay', bucket: 'BucketName' };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description:
      'eventlake: Glue database, tables and views, Athena workgroup and queries. Nested in template.yaml.',
    Parameters: {
      BucketName: { Type: 'String', Description: 'Bucket with the rows.' },
      DatabaseName: { Type: 'String', Description: 'Name of the Glue database to make.' },
      WorkgroupName: { Type: 'String', Description: 'Name of the Athena workgroup to make.' },
      PartitionSources: {
        Type: 'String',
        Description: 'Sources with a partition of their own, comma separated.',
      },
      RetiredSources: {
        Type: 'String',
        Default: '',
        Description: 'Sources that once had one, comma separated.',
      },
      OutputFormat: { Type: 'String', Description: 'Form of new rows.' },
      AlsoRead: {
        Type: 'String',
        Default: '',
        Description: 'Form of older rows too, or empty.',
      },
      FirstDay: { Type: 'String', Description: 'First day that queries look at, yyyy-MM-dd.' },
      BytesScannedCutoff: { Type: 'Number', Description: 'Bytes that one query may scan.' },
    },
    Conditions: {
      HasRetiredSources: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'RetiredSources' }, ''] }] },
      ...Object.fromEntries(
        eventTables.map((table) => [
          readsTable(table),
          {
            'Fn::Or': ['OutputFormat', 'AlsoRead'].map((parameter) => ({
              'Fn::Equals': [{ Ref: parameter }, table.format],
            })),
          },
        ]),
      ),
    },
    Resources: {
      Database: {
        Type: 'AWS::Glue::Database',
        Properties: {
          CatalogId: { Ref: 'AWS::AccountId' },
          DatabaseInput: { Name: { Ref: 'DatabaseName' }, Description: 'AWS events as rows.' },
        },
      },
      ...Object.fromEntries(
        eventTables.map((table) => [
          logicalId(table.name, 'Table'),
          glueTable(tableInput(table, from)),
        ]),
      ),
      FailuresTable: glueTable(failuresInput(from)),
      ...Object.fromEntries(
        views.map((view) => [
          logicalId(view.name, 'View'),
          glueTable(viewInput(view, textOf(view))),
        ]),
      ),
      Workgroup: {
        Type: 'AWS::Athena::WorkGroup',
        Properties: {
          Name: { Ref: 'WorkgroupName' },
          Description: 'Queries of the event lake, with a limit of what one may scan.',
          // A workgroup with query history could not be deleted otherwise.
          RecursiveDeleteOption: true,
          WorkGroupConfiguration: {
            EnforceWorkGroupConfiguration: true,
            PublishCloudWatchMetricsEnabled: true,
            BytesScannedCutoffPerQuery: { Ref: 'BytesScannedCutoff' },
            EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
            ResultConfiguration: {
              // Encrypted as the bucket's default says.
              OutputLocation: { 'Fn::Sub': `s3://\${BucketName}/athena-results/` },
            },
          },
        },
      },
      ...Object.fromEntries(
        queries.map(({ name, description, sql }) => [
          logicalId(name, 'Query'),
          {
            Type: 'AWS::Athena::NamedQuery',
            DependsOn: 'Workgroup',
            Properties: {
              Name: name,
              Description: description,
              Database: { Ref: 'Database' },
              WorkGroup: { Ref: 'WorkgroupName' },
              QueryString: sql,
            },
          },
        ]),
      ),
    },
    // Names, not references: a nested stack's outputs are there when all of it is.
    Outputs: {
      DatabaseName: { Value: { Ref: 'DatabaseName' } },
      WorkgroupName: { Value: { Ref: 'WorkgroupName' } },
      ...Object.fromEntries(
        eventTables.map(({ name }) => [logicalId(name, 'Table'), { Value: name }]),
      ),
      FailuresTable: { Value: failuresTable.name },
      ...Object.fromEntries(views.map(({ name }) => [logicalId(name, 'View'), { Value: name }])),
    },
  };
}
