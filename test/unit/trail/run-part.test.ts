import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { receiptKey } from '../../../src/trail/layout.ts';
import type { TrailLimits } from '../../../src/trail/limits.ts';
import { imbalancesOf, type Receipt } from '../../../src/trail/receipt.ts';
import { markBegun, PartTimeError } from '../../../src/trail/run-part.ts';
import { takeStep } from '../../../src/trail/steps.ts';
import {
  textsOf as allTextsOf,
  type MemoryStorage,
  memoryStorage,
} from '../../support/memory-storage.ts';
import { type PartSetting, runMonth, stepOptions, trailOf } from '../../support/part-fixture.ts';
import { trailFile, trailKey, trailRecord } from '../../support/trail-fixture.ts';

const services = ['s3', 'ec2', 'iam', 'nobody-knows'];

/** A day of three files, with two that cannot be read, and rows of four sources and three days. */
const files = {
  [trailKey({ unique: 'a' })]: trailFile(recordsOf('a', '2024-02-01T10:00:00Z')),
  [trailKey({ unique: 'b' })]: trailFile(recordsOf('b', '2024-01-31T23:59:59Z')),
  [trailKey({ unique: 'c' })]: gzipSync(
    `{"Records":[${JSON.stringify(trailRecord({ id: 'c' }))},{]`,
  ),
  [trailKey({ unique: 'd' })]: Buffer.from('no file'),
  [trailKey({ unique: 'e', day: '2024-02-02' })]: trailFile(recordsOf('e', '2024-02-02T10:00:00Z')),
};

function recordsOf(name: string, eventTime: string) {
  return services.map((service) =>
    trailRecord({ id: `${name}-${service}`, eventTime, eventSource: `${service}.amazonaws.com` }),
  );
}

const receiptOf = (lake: MemoryStorage, day = '2024-02-01', number = 0): Receipt =>
  JSON.parse(Buffer.from(lake.objects.get(receiptKey({ day, number })) ?? '').toString());

/** What an undisturbed run leaves behind. */
async function lakeOf(setting: Partial<PartSetting> = {}, of: Record<string, Uint8Array> = files) {
  const lake = memoryStorage();
  await runMonth({ trail: trailOf(of), lake, ...setting });
  return textsOf(lake);
}

/** All but what runs note of themselves. */
const textsOf = (lake: MemoryStorage, prefix = '') =>
  Object.fromEntries(
    Object.entries(allTextsOf(lake, prefix)).filter(([key]) => !key.startsWith('parts/runs/')),
  );

class Killed extends Error {}

/** A lake whose nth write, and all after it, do not happen. */
function lakeThatEndsAt(write: number, objects: Map<string, Uint8Array>): MemoryStorage {
  let left = write;
  return memoryStorage(objects, {
    beforeWrite: () => {
      if (left-- <= 0) throw new Killed();
    },
  });
}

/** Begins anew for each write, and ends there; `then` goes on from what is left. */
async function killedAtEveryWrite(
  begin: (lake: MemoryStorage) => Promise<unknown>,
  then: (objects: Map<string, Uint8Array>) => Promise<void>,
  initial: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<number> {
  for (let write = 0; ; write++) {
    const objects = new Map(initial);
    try {
      await begin(lakeThatEndsAt(write, objects));
      return write;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    await then(objects);
  }
}

describe('A part', () => {
  test('counts what is in it so that it adds up', async () => {
    const lake = memoryStorage();

    await runMonth({ trail: trailOf(files), lake });

    const { counts, failuresByCode, failedFiles } = receiptOf(lake);
    expect(counts).toMatchObject({
      filesListed: 4,
      filesRead: 2,
      filesFailed: 2,
      events: 11,
      rows: 9,
      failures: 2,
    });
    expect(imbalancesOf(counts)).toEqual([]);
    expect(failuresByCode).toEqual({ BAD_JSON: 2 });
    expect(failedFiles.map(({ code }) => code)).toEqual(['BAD_JSON', 'BAD_JSON']);
  });

  test('is the same lake when it is run twice, and does not run twice without being told', async () => {
    const lake = memoryStorage();
    await runMonth({ trail: trailOf(files), lake });
    const first = textsOf(lake);

    expect(await runMonth({ trail: trailOf(files), lake })).toBe(0);
    expect(await runMonth({ trail: trailOf(files), lake }, { again: true })).toBe(2);

    expect(textsOf(lake)).toEqual(first);
  });

  test('is the same lake when it is ended at every single write and begun anew', async () => {
    const whole = await lakeOf();
    const trail = trailOf(files);

    const writes = await killedAtEveryWrite(
      (lake) => runMonth({ trail, lake }),
      async (objects) => {
        const lake = memoryStorage(objects);
        await runMonth({ trail, lake });
        expect(textsOf(lake)).toEqual(whole);
      },
    );

    expect(writes).toBeGreaterThan(15);
  });

  test('is the same lake when it is ended 20 times at random before it comes to its end', async () => {
    const whole = await lakeOf();
    const trail = trailOf(files);
    const objects = new Map<string, Uint8Array>();
    // The same numbers in every run of the test.
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % below;
    };

    let killed = 0;
    while (killed < 20) {
      const again = killed % 2 === 1;
      const lake = lakeThatEndsAt(random(9), objects);
      await runMonth({ trail, lake }, { again }).catch(() => {});
      killed++;
    }
    await runMonth({ trail, lake: memoryStorage(objects) });

    expect(textsOf(memoryStorage(objects))).toEqual(whole);
  });

  const fewSources = { sources: new Set(['aws.s3']) };
  const smallObjects = { limits: { maxObjectBytes: 2000 } };
  const fewOpen = { limits: { maxOpenBytes: 2000 } };
  /** All that the keys of one day tell: one part. */
  const oneDay = Object.fromEntries(
    Object.entries(files).filter(([key]) => key.includes('/02/01/')),
  );

  test.each([
    ['another list of sources', {}, fewSources],
    ['objects of another size', smallObjects, {}],
    ['fewer objects open', fewOpen, fewSources],
  ])('leaves nothing of a run with %s that was ended before', async (_, before, after) => {
    const trail = trailOf(oneDay);
    const either = [await lakeOf(before, oneDay), await lakeOf(after, oneDay)];

    const writes = await killedAtEveryWrite(
      (lake) => runMonth({ trail, lake, ...before }),
      async (objects) => {
        const lake = memoryStorage(objects);
        await runMonth({ trail, lake, ...after });
        expect(either).toContainEqual(textsOf(lake));
      },
    );

    expect(writes).toBeGreaterThan(5);
  });

  test.each([
    ['another list of sources', fewSources],
    ['objects of another size', smallObjects],
    ['fewer tags', { isKept: () => false }],
  ])('is replaced with %s by --again, ended at every write', async (_, setting) => {
    // Prepare
    const trail = trailOf(files);
    const first = memoryStorage();
    await runMonth({ trail, lake: first });
    const whole = await lakeOf(setting);

    // Act and assess
    const writes = await killedAtEveryWrite(
      (lake) => runMonth({ trail, lake, ...setting }, { again: true }),
      async (objects) => {
        const lake = memoryStorage(objects);
        await runMonth({ trail, lake, ...setting }, { again: true });
        expect(textsOf(lake)).toEqual(whole);
      },
      first.objects,
    );

    expect(writes).toBeGreaterThan(10);
  });

  test('that was ended while it was repeated is finished by a run that repeats nothing', async () => {
    const objects = new Map<string, Uint8Array>();
    await runMonth({ trail: trailOf(files), lake: memoryStorage(objects) });
    const again = runMonth(
      { trail: trailOf(files), lake: lakeThatEndsAt(5, objects), ...fewSources },
      { again: true },
    );
    await expect(again).rejects.toThrow(Killed);

    const lake = memoryStorage(objects);
    expect(await runMonth({ trail: trailOf(files), lake, ...fewSources })).toBe(2);
    expect(textsOf(lake)).toEqual(await lakeOf(fewSources));
  });

  test('never lacks a row while it is repeated with other sources', async () => {
    // Prepare
    const objects = new Map<string, Uint8Array>();
    await runMonth({ trail: trailOf(files), lake: memoryStorage(objects) });
    const idsIn = () => {
      const texts = Object.entries(textsOf(memoryStorage(objects), 'events/'));
      const lines = texts.flatMap(([, text]) => text.trim().split('\n'));
      return new Set(lines.map((line) => JSON.parse(line).event_id));
    };
    const before = idsIn();
    const seen: number[] = [];

    // Act
    const lake = memoryStorage(objects, { beforeWrite: () => void seen.push(idsIn().size) });
    await runMonth({ trail: trailOf(files), lake, ...fewSources }, { again: true });

    // Assess
    expect(new Set(seen)).toEqual(new Set([before.size]));
  });

  test('is the same lake after two runs at once', async () => {
    const objects = new Map<string, Uint8Array>();
    const lake = () =>
      memoryStorage(objects, { beforeWrite: () => new Promise((done) => setImmediate(done)) });

    await Promise.all([1, 2, 3].map(() => runMonth({ trail: trailOf(files), lake: lake() })));

    expect(textsOf(memoryStorage(objects))).toEqual(await lakeOf());
  });

  test('names a file once, though plans at the same time see other files', async () => {
    // Prepare
    const objects = new Map<string, Uint8Array>();
    const lake = () =>
      memoryStorage(objects, { beforeWrite: () => new Promise((done) => setImmediate(done)) });
    const [[first = '', bytes = new Uint8Array()] = [], ...others] = Object.entries(files);
    const fewer = Object.fromEntries(others);

    // Act
    await Promise.all([
      runMonth({ trail: trailOf(fewer), lake: lake() }),
      runMonth({ trail: trailOf({ ...fewer, [first]: bytes }), lake: lake() }),
    ]);
    await runMonth({ trail: trailOf(files), lake: lake() });

    // Assess
    const rowsIn = (texts: Record<string, string>) =>
      Object.entries(texts)
        .filter(([key]) => key.startsWith('events/'))
        .flatMap(([, text]) => text.trim().split('\n'))
        .sort();
    expect(rowsIn(textsOf(memoryStorage(objects)))).toEqual(rowsIn(await lakeOf()));
  });

  test('gives the same objects whatever chunks its files come in', async () => {
    const map = new Map<string, Uint8Array>(Object.entries(files));
    const lake = memoryStorage();
    const trail = memoryStorage(map, { name: 'trail', chunkBytes: 7 });

    await runMonth({ trail, lake });

    expect(textsOf(lake, 'events/')).toEqual(
      Object.fromEntries(
        Object.entries(await lakeOf()).filter(([key]) => key.startsWith('events/')),
      ),
    );
  });

  test.each(['FILE_MISSING', 'FILE_CHANGED', 'FILE_DENIED', 'FILE_ARCHIVED'] as const)(
    'goes on past a file that is %s, and names it',
    async (code) => {
      const trail = trailOf(files);
      const lake = memoryStorage();
      const [key = ''] = Object.keys(files);
      trail.refused.set(key, code);

      await runMonth({ trail, lake });

      const { counts, failedFiles } = receiptOf(lake);
      expect(imbalancesOf(counts)).toEqual([]);
      expect(failedFiles[0]).toEqual({ key, code });
      expect(counts).toMatchObject({ filesFailed: 3, rows: 5 });
    },
  );

  test('ends without a receipt where its time is over', async () => {
    const lake = memoryStorage();
    let left = 5;
    const checkTime = () => {
      if (left-- <= 0) throw new PartTimeError('over');
    };

    await expect(runMonth({ trail: trailOf(files), lake, checkTime })).rejects.toThrow('over');

    expect(Object.keys(textsOf(lake)).filter((key) => /receipts|events/.test(key))).toEqual([]);
  });

  test('ends where the lake cannot be written, and does not blame its records', async () => {
    const lake = memoryStorage(new Map(), {
      beforeWrite: (write) => {
        if (write.startsWith('put events/')) throw new Error('SlowDown');
      },
    });
    const setting = { trail: trailOf(files), lake, limits: { maxObjectBytes: 500 } };

    await expect(runMonth(setting)).rejects.toThrow('SlowDown');
  });

  test('deletes nothing but objects of its own form, whatever a receipt names', async () => {
    const lake = memoryStorage();
    const options = stepOptions({ trail: trailOf(files), lake });
    await runMonth({ trail: trailOf(files), lake });
    lake.objects.set('events/json/source=aws.s3/day=2024-02-01/stream.json.gz', gzipSync('{}\n'));
    const receipt = receiptOf(lake);
    const forged = [
      'events/json/source=aws.s3/day=2024-02-01/stream.json.gz',
      'parts/lists/day=2024-02-01/00000.json.gz',
    ];
    const objects = [...receipt.objects, ...forged.map((key) => ({ key, lines: 0, bytes: 0 }))];
    lake.objects.set(
      receiptKey({ day: '2024-02-01', number: 0 }),
      Buffer.from(JSON.stringify({ ...receipt, objects })),
    );

    const ref = { day: '2024-02-01', number: 0 };
    await markBegun([ref], lake);
    await takeStep({ step: 'part', ...ref }, options);

    expect(forged.map((key) => lake.objects.has(key))).toEqual([true, true]);
  });
});

describe('Days and tags of a part', () => {
  const rowsOf = async (records: readonly unknown[], day = '2024-02-01') => {
    const lake = memoryStorage();
    await runMonth({ trail: trailOf({ [trailKey({ day })]: trailFile(records) }), lake });
    const texts = textsOf(lake, 'events/');
    return {
      counts: receiptOf(lake, day).counts,
      rows: Object.entries(texts).flatMap(([key, text]) =>
        text
          .trim()
          .split('\n')
          .map((line) => ({ day: /day=([^/]+)/.exec(key)?.[1], ...JSON.parse(line) })),
      ),
    };
  };

  test.each([
    ['2024-02-01T10:00:00Z', '2024-02-01', 0],
    ['2013-11-01T00:00:00Z', '2013-11-01', 0], // late by years, and still its own day
    ['2024-02-02T23:59:59Z', '2024-02-02', 0],
    ['2013-10-31T23:59:59Z', '2024-02-01', 1],
    ['2024-02-03T00:00:00Z', '2024-02-01', 1],
    ['soon', '2024-02-01', 1],
    [undefined, '2024-02-01', 1],
  ])('an event of %s is filed under %s', async (eventTime, day, daysOfKeys) => {
    const { rows, counts } = await rowsOf([trailRecord({ eventTime })]);

    expect(rows.map((row) => row.day)).toEqual([day]);
    expect(counts.daysOfKeys).toBe(daysOfKeys);
  });

  test('arrive when CloudTrail made their file', async () => {
    const { rows } = await rowsOf([trailRecord()]);

    expect(rows[0].arrival_time).toBe('2024-02-01 10:05:00.000');
  });

  test('know the tags that earlier events of the part told, and no others', async () => {
    const instanceId = 'i-0a1b2c3d4e5f60718';
    const call = (id: string, minute: number, fields: object) =>
      trailRecord({
        id,
        eventSource: 'ec2.amazonaws.com',
        eventTime: `2024-02-01T10:0${minute}:00Z`,
        ...fields,
      });
    const stop = {
      eventName: 'StopInstances',
      requestParameters: { instancesSet: { items: [{ instanceId }] } },
    };
    const launch = {
      eventName: 'RunInstances',
      requestParameters: {},
      responseElements: {
        instancesSet: {
          items: [{ instanceId, tagSet: { items: [{ key: 'team', value: 'web' }] } }],
        },
      },
    };

    const { rows } = await rowsOf([
      call('before', 0, stop),
      call('launch', 1, launch),
      call('after', 2, stop),
    ]);

    expect(
      rows.map(({ event_id, instances }) => [event_id, instances[0].tag_status, instances[0].tags]),
    ).toEqual([
      ['before', 'skipped', undefined],
      ['launch', 'found', { team: 'web' }],
      ['after', 'found', { team: 'web' }],
    ]);
  });

  test('are counted where account or Region are not those of the key', async () => {
    const { counts } = await rowsOf([
      trailRecord({ id: 'here' }),
      trailRecord({ id: 'account', recipientAccountId: '111122223333' }),
      trailRecord({ id: 'region', awsRegion: 'us-east-1' }),
      trailRecord({ id: 'in a text', requestParameters: { text: '"region":"us-east-1"' } }),
    ]);

    expect(counts).toMatchObject({ rows: 4, elsewhere: 2 });
  });
});

describe('A hostile file', () => {
  const runWith = async (limits: Partial<TrailLimits>, bytes: Uint8Array, others = {}) => {
    const lake = memoryStorage();
    await runMonth({ trail: trailOf({ [trailKey()]: bytes, ...others }), lake, limits });
    return receiptOf(lake);
  };
  const good = { [trailKey({ unique: 'z' })]: trailFile([trailRecord({ id: 'good' })]) };

  test('that unpacks to too much is one failure, and its neighbour a row', async () => {
    const bomb = gzipSync(`{"Records":[${' '.repeat(1_000_000)}`);

    const { counts, failuresByCode } = await runWith(
      { minUnpackedFileBytes: 10_000, maxUnpackRatio: 2 },
      bomb,
      good,
    );

    expect(failuresByCode).toEqual({ BAD_GZIP: 1 });
    expect(counts).toMatchObject({ filesFailed: 1, filesRead: 1, rows: 1 });
  });

  test('takes no more of the part than the part may unpack to', async () => {
    const { failuresByCode, counts } = await runWith(
      { maxUnpackedPartBytes: 1000 },
      trailFile(recordsOf('a', '2024-02-01T10:00:00Z')),
      good,
    );

    expect(failuresByCode).toEqual({ PART_TOO_LARGE: 2 });
    expect(imbalancesOf(counts)).toEqual([]);
  });

  test('of nothing but bad records is given up after so many', async () => {
    const bad = trailFile(Array.from({ length: 100 }, (_, n) => ({ n })));

    const { failuresByCode, counts } = await runWith({ maxFileFailures: 10 }, bad, good);

    expect(failuresByCode).toEqual({ NOT_AN_EVENT: 10, TOO_MANY_FAILURES: 1 });
    expect(counts).toMatchObject({ filesFailed: 1, rows: 1 });
    expect(imbalancesOf(counts)).toEqual([]);
  });

  test('with events of every day has rows of so many partitions only', async () => {
    const days = Array.from({ length: 20 }, (_, n) =>
      trailRecord({ id: `${n}`, eventTime: `2023-01-${String(n + 1).padStart(2, '0')}T00:00:00Z` }),
    );

    const { failuresByCode, counts } = await runWith({ maxPartitions: 5 }, trailFile(days));

    expect(counts.rows).toBeLessThanOrEqual(5);
    expect(failuresByCode).toEqual({ TOO_MANY_PARTITIONS: 20 - counts.rows });
    expect(imbalancesOf(counts)).toEqual([]);
  });

  test.each([
    [
      'an envelope',
      { source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', detail: trailRecord() },
    ],
    ['a list of records', [trailRecord(), trailRecord()]],
    ['a text', 'text'],
    ['a file in a record', { Records: [trailRecord()] }],
    ['a record that is too deep', { deep: JSON.parse('['.repeat(1100) + ']'.repeat(1100)) }],
  ])('with %s in the place of a record has one failure', async (_, record) => {
    const bytes = trailFile([trailRecord({ id: 'first' }), record, trailRecord({ id: 'last' })]);

    const { counts } = await runWith({}, bytes);

    expect(counts).toMatchObject({ events: 3, rows: 2, failures: 1, filesRead: 1 });
  });
});
