import { describe, expect, test } from '@jest/globals';
import { failuresInput, failuresTable, failureTypes } from '../../../athena/failures.ts';
import { failures } from '../../../local/firehose/failures.ts';

const input = failuresInput({ firstDay: 'FirstDay', bucket: 'BucketName' });

describe('The table failures', () => {
  test('lies where the stream puts what fails', () => {
    expect(input.Parameters['storage.location.template']).toEqual({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
      'Fn::Sub': 's3://${BucketName}/errors/type=${!type}/day=${!day}/',
    });
  });

  test('knows every folder that a stream puts failures in', () => {
    const types = [...Object.values(failures).map(({ type }) => type), 'format-conversion-failed'];

    expect(failureTypes).toEqual(expect.arrayContaining(types));
  });

  test('lists every type of failure, and days up to tomorrow', () => {
    expect(input.Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.type.type': 'enum',
      'projection.type.values': failureTypes.join(','),
      'projection.day.type': 'date',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
      'projection.day.range': { 'Fn::Sub': '${FirstDay},NOW+1DAYS' },
    });
    expect(input.PartitionKeys.map(({ Name }) => Name)).toEqual(['type', 'day']);
  });

  test('has columns of text only, in small letters, each described', () => {
    const columns = [...input.StorageDescriptor.Columns, ...input.PartitionKeys];

    expect(columns.map(({ Type }) => Type)).toEqual(columns.map(() => 'string'));
    expect(columns.map(({ Name }) => Name)).toEqual(failuresTable.columns.map(({ name }) => name));
    for (const { Name, Comment } of columns) {
      expect(Name).toMatch(/^[a-z]+$/);
      expect(Comment).toMatch(/^[\x20-\x7e]{1,255}$/);
    }
  });

  test('has every scalar field of an error object, and not the object in it', () => {
    const fields = [
      ['rawData', 'errorCode', 'errorMessage', 'attemptsMade', 'arrivalTimestamp'],
      ['attemptEndingTimestamp', 'lambdaARN', 'lastErrorCode', 'lastErrorMessage'],
      ['sequenceNumber', 'subSequenceNumber'],
      ['bucket', 'key', 'place'], // of a trail's file
    ].flat();
    const names = input.StorageDescriptor.Columns.map(({ Name }) => Name);

    expect(names.toSorted()).toEqual(fields.map((field) => field.toLowerCase()).toSorted());
  });
});
