import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { batchLimits, createBudget } from '../../../src/batch/budget.ts';
import { type Contents, contentsIn, eventsIn, rowsIn } from '../../../src/batch/contents.ts';
import { defaultLimits, type Limits } from '../../../src/batch/limits.ts';
import { configurationOf } from '../../../src/config.ts';
import { RecordError } from '../../../src/errors.ts';
import { arrivalMs, busEvent, subscriptionRecord } from '../../support/transform-fixture.ts';

const a = busEvent('a');
const ofInstance = busEvent('i', { resources: ['i-0abc123def4567890'] });

/** The contents of a record that has the budget of a batch to itself. */
function read(
  record: string | Uint8Array,
  limits: Partial<Limits> = {},
  checkTime: () => void = () => {},
): Contents {
  const options = {
    configuration: configurationOf({}),
    lessonsOf: () => [],
    limits: { ...defaultLimits, ...limits },
  };
  const share = createBudget({ ...batchLimits, ...limits }).newShare();
  return contentsIn(Buffer.from(record), arrivalMs, share, options, checkTime);
}

const documentsOf = (contents: Contents) => ('documents' in contents ? contents.documents : []);
const kindsOf = (contents: Contents) =>
  documentsOf(contents).map(
    (document) =>
      ['line', 'open', 'lineBytes', 'error'].find((member) => member in document) ?? 'nothing',
  );

describe('The contents of a record', () => {
  test('are lines, rows that wait for tags, and what is no event, in order', () => {
    const contents = read(`${a}\n${ofInstance}\noops\n`);

    expect(kindsOf(contents)).toEqual(['line', 'open', 'error']);
    expect(eventsIn(contents)).toBe(2);
    expect(rowsIn(contents).map(({ row }) => row.instances)).toEqual([
      [{ instance_id: 'i-0abc123def4567890' }],
    ]);
  });

  test('are sizes alone, once there are more lines than an answer holds', () => {
    const contents = read(gzipSync([a, ofInstance, a].join('\n')), { maxResponseBytes: 1_900 });

    expect(kindsOf(contents)).toEqual(['line', 'open', 'lineBytes']);
    expect(eventsIn(contents)).toBe(3);
  });

  test.each<[what: string, record: string, isControl: boolean]>([
    ['of white space', ' \n', false],
    ['of a message that only tests the stream', subscriptionRecord(['x'], 'CONTROL_MESSAGE'), true],
  ])('are nothing %s', (_, record, isControl) => {
    expect(read(record)).toEqual({ documents: [], isControl });
  });

  test('are the reason where nothing is an event', () => {
    expect(() => read('{}\n1')).toThrow(expect.objectContaining({ code: 'NOT_AN_EVENT' }));
  });

  test('end where the clock says so', () => {
    const late = new RecordError('OUT_OF_TIME', 'late');
    let asked = 0;
    const checkTime = () => {
      if (++asked > 3) throw late;
    };

    expect(() => read(Array(9).fill('1').join('\n'), {}, checkTime)).toThrow(late);
  });
});

describe('A record that the budget has nothing left for', () => {
  const gzipped = gzipSync(`${a}\n${a}`);
  /** What it takes to unpack a record: a bound of the bytes before, which is given back. */
  const small = { maxDocumentBytes: 1000, maxUnzipRatio: 1 };

  test('is given as it came, where others took the work', () => {
    const budget = createBudget({ ...batchLimits, maxReadWork: 1500 });
    budget.newShare().charge(1000);
    const limits = { ...defaultLimits, ...small };
    const options = { configuration: configurationOf({}), lessonsOf: () => [], limits };

    const contents = contentsIn(gzipped, arrivalMs, budget.newShare(), options, () => {});

    expect(contents).toEqual({ unopened: gzipped });
    expect(budget.newShare().isSpent()).toBe(true);
  });

  test('fails, where it takes more than any batch has for one', () => {
    expect(() => read(gzipped, { ...small, maxRecordWork: 500 })).toThrow(
      expect.objectContaining({ code: 'TOO_MUCH_WORK' }),
    );
  });

  test('is read all the same, where it is plain and one event', () => {
    expect(
      kindsOf(read(ofInstance, { maxReadWork: 1, maxRecordWork: 1, maxKeptBytes: 1 })),
    ).toEqual(['open']);
  });

  test('is charged for what it unpacks to, not for what it might have', () => {
    const budget = createBudget(batchLimits);
    const limits = { ...defaultLimits, ...small };
    const options = { configuration: configurationOf({}), lessonsOf: () => [], limits };

    contentsIn(gzipSync('[]'), arrivalMs, budget.newShare(), options, () => {});

    // Two bytes, and a list.
    expect(budget.readWork()).toBe(2 / 8 + 64);
  });
});
