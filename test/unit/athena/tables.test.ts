import { describe, expect, test } from '@jest/globals';
import { commentOf, eventTables, glueColumns, tableInput } from '../../../athena/tables.ts';
import { columns } from '../../../src/rows/schema.ts';

const [table] = eventTables;
const input = tableInput(table, { sources: 'a,other', firstDay: 'FirstDay', bucket: 'BucketName' });

describe('tableInput', () => {
  test('has the columns of a row, and those of its partition apart', () => {
    expect(input.StorageDescriptor.Columns.map(({ Name }) => Name)).toEqual(
      columns.map(({ name }) => name),
    );
    expect(input.PartitionKeys.map(({ Name, Type }) => [Name, Type])).toEqual([
      ['source', 'string'],
      ['day', 'string'],
    ]);
  });

  test('projects its partitions: listed sources, days up to tomorrow', () => {
    expect(input.Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.source.type': 'enum',
      'projection.source.values': 'a,other',
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy-MM-dd',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
      'projection.day.range': { 'Fn::Sub': '${FirstDay},NOW+1DAYS' },
      'storage.location.template': {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
        'Fn::Sub': 's3://${BucketName}/events/json/source=${!source}/day=${!day}/',
      },
    });
  });

  test('every partition column is projected, or Athena refuses the table', () => {
    for (const { Name } of input.PartitionKeys) {
      expect(input.Parameters).toHaveProperty([`projection.${Name}.type`]);
    }
  });

  test('no column is named twice, not even as a partition', () => {
    const names = [...input.StorageDescriptor.Columns, ...input.PartitionKeys].map(
      ({ Name }) => Name,
    );

    expect(new Set(names).size).toBe(names.length);
  });
});

describe('commentOf', () => {
  test('keeps a description that fits', () => {
    expect(commentOf('One. Two.')).toBe('One. Two.');
  });

  test('keeps the whole sentences that fit', () => {
    expect(commentOf(`One. ${'x'.repeat(200)}. ${'y'.repeat(50)}.`)).toBe(
      `One. ${'x'.repeat(200)}.`,
    );
  });

  test('ends with a full stop where it was cut at a semicolon', () => {
    expect(commentOf(`One; ${'x'.repeat(255)}.`)).toBe('One.');
  });

  test('refuses a sentence that no comment holds', () => {
    expect(() => commentOf('x'.repeat(256))).toThrow("No sentence fits a column's comment");
  });

  test('every column has one that Glue takes', () => {
    for (const { Comment } of glueColumns(table.columns)) {
      expect(Comment).toMatch(/^[\x20-\x7e]{1,255}$/);
    }
  });
});
