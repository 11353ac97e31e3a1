import { describe, expect, test } from '@jest/globals';
import type { Contents } from '../../../src/batch/contents.ts';
import { carriersOf, decide } from '../../../src/batch/decide.ts';
import type { BatchDocument, OpenDocument } from '../../../src/batch/document.ts';
import { RecordError } from '../../../src/errors.ts';
import { uncarry } from '../../../src/firehose/carrier.ts';
import { firehoseLimits } from '../../../src/firehose/limits.ts';
import { createTagBytes, openLineOf } from '../../../src/rows/line.ts';
import type { Row } from '../../../src/rows/schema.ts';

const today = { source: 'aws.ec2', day: '2026-11-20' };
const yesterday = { ...today, day: '2026-11-19' };

const written = (text: string, partition = today): BatchDocument => ({
  bytes: Buffer.from(text),
  partition,
  line: Buffer.from(`"${text}"\n`),
  isCall: true,
});

/** A row whose instance has so many bytes of tags. */
function waiting(tagBytes: number, more: Partial<Row> = {}): OpenDocument {
  const row: Row = {
    event_id: 'x',
    instances: [{ instance_id: 'i-0abc1234', tags: { k: 'v'.repeat(tagBytes) } }],
    instance_count: 1,
    ...more,
  };
  const open = openLineOf(row);
  return { bytes: Buffer.from('w'), partition: today, isCall: false, open, row, lessons: [] };
}

const bad: BatchDocument = { bytes: Buffer.from('bad'), error: new RecordError('BAD_JSON', 'no') };

const decideOn = (documents: readonly BatchDocument[], maxResponseBytes = 6 * 1024 * 1024) =>
  decide(
    { documents, isControl: false },
    { ...firehoseLimits, maxResponseBytes },
    createTagBytes(),
    () => {},
  );

/** The texts of each group that is put again. */
const groupsOf = (documents: readonly BatchDocument[], maxResponseBytes?: number) => {
  const decision = decideOn(documents, maxResponseBytes);
  if (decision.step !== 'put again') return decision.step;
  return decision.groups.map((group) => group.map(({ bytes }) => Buffer.from(bytes).toString()));
};

describe('A record becomes', () => {
  test('an answer, where its lines are of one partition and fit one', () => {
    const decision = decideOn([written('a'), waiting(10)]);

    expect(decision).toMatchObject({ step: 'answer', partition: today });
    if (decision.step !== 'answer') return;
    const lines = decision.lines.map(({ write }) => write());
    expect(Buffer.concat(lines)).toHaveLength(decision.lineBytes);
    expect(JSON.parse(lines[1]?.toString() ?? '')).toMatchObject({
      instances: [{ tags: { k: 'v'.repeat(10) } }],
    });
  });

  test('carriers of one partition each, and each bad document alone', () => {
    expect(groupsOf([written('a'), bad, written('b', yesterday), written('c')])).toEqual([
      ['a', 'c'],
      ['b'],
      ['bad'],
    ]);
  });

  test('carriers, where its lines are more than an answer holds', () => {
    // 3,076 bytes of an answer are 1,536 bytes of lines.
    expect(groupsOf([waiting(700), waiting(700)], 3076)).toEqual([['w', 'w']]);
    expect(groupsOf([waiting(600), waiting(600)], 3076)).toBe('answer');
  });

  test('a line without its instances, where no answer holds it with them', () => {
    const decision = decideOn([waiting(3000)], 3076);

    const [line] = decision.step === 'answer' ? decision.lines : [];
    expect(line?.write().toString()).toBe('{"event_id":"x","instance_count":1}\n');
    expect(line?.instances).toBeUndefined();
  });

  test('a failure, where no answer holds even that', () => {
    expect(() => decideOn([waiting(0, { detail: 'x'.repeat(3000) })], 3076)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });

  test('the first reason, where nothing of it is an event', () => {
    expect(() => decideOn([bad, bad])).toThrow(expect.objectContaining({ code: 'BAD_JSON' }));
  });

  test.each([
    [true, 'control'],
    [false, 'empty'],
  ])('nothing, where it holds nothing: a control message %s', (isControl, reason) => {
    const contents: Contents = { documents: [], isControl };

    expect(decide(contents, firehoseLimits, createTagBytes(), () => {})).toEqual({
      step: 'drop',
      reason,
    });
  });

  test('itself, put again, where it was not opened', () => {
    const unopened = Buffer.from([0x1f, 0x8b, 0]);

    expect(decide({ unopened }, firehoseLimits, createTagBytes(), () => {})).toEqual({
      step: 'put again',
      groups: [[{ bytes: unopened, lineBytes: 0, isGzipped: true }]],
    });
  });

  test('what the clock says, where the time is over', () => {
    const late = new RecordError('OUT_OF_TIME', 'late');
    const checkTime = () => {
      throw late;
    };
    const contents: Contents = { documents: [written('a')], isControl: false };

    expect(() => decide(contents, firehoseLimits, createTagBytes(), checkTime)).toThrow(late);
  });

  test('no line that is written before there is room for it', () => {
    const { stringify } = JSON;
    let longest = 0;
    const document = waiting(100_000);
    const tagBytesOf = createTagBytes();
    tagBytesOf(document.row.instances?.[0]?.tags ?? {});
    JSON.stringify = ((value: unknown) => {
      const text = stringify(value);
      longest = Math.max(longest, text?.length ?? 0);
      return text;
    }) as typeof stringify;
    try {
      decide({ documents: [document], isControl: false }, firehoseLimits, tagBytesOf, () => {});
    } finally {
      JSON.stringify = stringify;
    }

    expect(longest).toBeLessThan(200);
  });
});

describe('Carriers', () => {
  const groups = [[{ bytes: Buffer.from('a'), lineBytes: 1 }]];

  test('say that they are put once more', () => {
    const [carrier] = carriersOf(groups, { timesPut: 2, arrivedMs: 5 }, firehoseLimits);

    expect(uncarry(carrier as Uint8Array, 5)).toMatchObject({ timesPut: 3, arrivedMs: 5 });
  });

  test('are none after the third time', () => {
    expect(() => carriersOf(groups, { timesPut: 3, arrivedMs: 5 }, firehoseLimits)).toThrow(
      expect.objectContaining({ code: 'TOO_OFTEN' }),
    );
  });
});
