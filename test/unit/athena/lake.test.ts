import { expect, test } from '@jest/globals';
import { lakeTemplate } from '../../../athena/lake.ts';
import { eventTables } from '../../../athena/tables.ts';
import { readViews } from '../../../athena/views.ts';

const template = lakeTemplate(readViews(eventTables));

test('the lake is a database, its tables and views, and a workgroup', () => {
  const types = Object.fromEntries(
    Object.entries(template.Resources).map(([id, { Type }]) => [id, Type]),
  );

  expect(types).toEqual({
    Database: 'AWS::Glue::Database',
    EventsJsonTable: 'AWS::Glue::Table',
    EventsView: 'AWS::Glue::Table',
    Workgroup: 'AWS::Athena::WorkGroup',
  });
});

test('the lake says how its tables and views are named', () => {
  expect(template.Outputs).toMatchObject({
    EventsJsonTable: { Value: 'events_json' },
    EventsView: { Value: 'events' },
  });
});

test('the workgroup can be deleted with its history, and limits what a query scans', () => {
  expect(template.Resources.Workgroup.Properties).toMatchObject({
    RecursiveDeleteOption: true,
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: { Ref: 'BytesScannedCutoff' },
    },
  });
});
