import { otherSource } from '../src/partition/sources.ts';
import { eventTables, tableInput } from './tables.ts';
import type { View } from './views.ts';
import { viewInput } from './views.ts';

/** `events_json` → `EventsJsonTable`: letters and digits only, as logical ids must be. */
const logicalId = (name: string, kind: 'Table' | 'View') =>
  `${name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}${kind}`;

const glueTable = (input: unknown) => ({
  Type: 'AWS::Glue::Table',
  Properties: {
    CatalogId: { Ref: 'AWS::AccountId' },
    DatabaseName: { Ref: 'Database' },
    TableInput: input,
  },
});

/**
 * lake.yaml as an object: everything that Athena needs, as a stack nested in template.yaml. Of its
 * parent it takes parameters and the bucket's name, nothing that the stream or the function make:
 * so the stream can wait for its tables, and no order of creation is circular.
 */
export function lakeTemplate(views: readonly View[]) {
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
      'eventlake: Glue database, tables and views, Athena workgroup. Nested in template.yaml.',
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
        Description: 'Sources that once had one, comma separated.',
      },
      FirstDay: { Type: 'String', Description: 'First day that queries look at, yyyy-MM-dd.' },
      BytesScannedCutoff: { Type: 'Number', Description: 'Bytes that one query may scan.' },
    },
    Conditions: {
      HasRetiredSources: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'RetiredSources' }, ''] }] },
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
      ...Object.fromEntries(
        views.map((view) => [
          logicalId(view.name, 'View'),
          glueTable(viewInput(view, 'DatabaseName')),
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
    },
    // Names, not references: a nested stack's outputs are there when all of it is.
    Outputs: {
      DatabaseName: { Value: { Ref: 'DatabaseName' } },
      WorkgroupName: { Value: { Ref: 'WorkgroupName' } },
      ...Object.fromEntries(
        eventTables.map(({ name }) => [logicalId(name, 'Table'), { Value: name }]),
      ),
      ...Object.fromEntries(views.map(({ name }) => [logicalId(name, 'View'), { Value: name }])),
    },
  };
}
