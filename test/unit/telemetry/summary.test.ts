import { describe, expect, test } from '@jest/globals';
import { bugsIn, failedRecordsIn } from '../../../src/telemetry/summary.ts';
import {
  busEvent,
  invocationOf,
  noTags,
  run,
  runRecords,
  trailRecord,
} from '../../support/transform-fixture.ts';

const withInstance = trailRecord('i', {
  requestParameters: { instanceId: 'i-0abc123def4567890', password: 'hunter2' },
});

/** What becomes of a batch in which one record meets a bug that throws this. */
const runWithBug = (thrown: unknown) =>
  runRecords([busEvent('a'), withInstance, 'oops'], {
    tags: {
      ...noTags,
      lessonsOf() {
        throw thrown;
      },
    },
  });

describe('A bug of ours', () => {
  test('is told by its frames, and never by its message, which may quote the record', async () => {
    const message = `no such thing in ${withInstance}\n    at hunter2`;
    const ran = await runWithBug(new TypeError(message));

    const bugs = bugsIn(ran);

    expect(bugs).toEqual([expect.stringMatching(/^TypeError\n {4}at .*summary\.test\.ts/)]);
    expect(bugs.join()).not.toContain('hunter2');
    for (const line of bugs.join().split('\n').slice(1)) expect(line).toMatch(/^ {4}at /);
  });

  test('that has no frames is told by its name', async () => {
    const bug = new RangeError(withInstance);
    delete bug.stack;

    expect(bugsIn(await runWithBug(bug))).toEqual(['RangeError']);
  });

  test.each([
    ['hunter2', 'thrown: string'],
    [undefined, 'thrown: undefined'],
    [{ stack: '    at hunter2' }, 'thrown: object'],
  ])('that throws %j, which is no error, is told by its type', async (thrown, told) => {
    expect(bugsIn(await runWithBug(thrown))).toEqual([told]);
  });

  test('is none in a batch that fails for what is in it', async () => {
    expect(bugsIn(await runRecords(['oops', '{}', busEvent('a')]))).toEqual([]);
  });
});

describe('Failed records', () => {
  test('are told by id, code and reason, in their order', async () => {
    const invocation = invocationOf(['oops', busEvent('a'), '{"password":"hunter2"}']);

    const failed = failedRecordsIn(invocation.records, (await run(invocation)).outcomes);

    expect(failed).toMatchObject([
      { recordId: '0', code: 'BAD_JSON' },
      { recordId: '2', code: 'NOT_AN_EVENT' },
    ]);
    expect(JSON.stringify(failed)).not.toContain('hunter2');
  });

  test('are counted by code, with the ids of the first three', async () => {
    const { summary } = await runRecords([...Array<string>(5).fill('oops'), '{}', busEvent('a')]);

    expect(summary.failures).toEqual({
      BAD_JSON: { count: 5, recordIds: ['0', '1', '2'] },
      NOT_AN_EVENT: { count: 1, recordIds: ['5'] },
    });
  });
});
