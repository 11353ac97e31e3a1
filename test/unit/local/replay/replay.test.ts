import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openLedger } from '../../../../local/replay/ledger.ts';
import {
  type OnSettled,
  type ReplayRecord,
  type ReplayTarget,
  replay,
} from '../../../../local/replay/replay.ts';
import { createFolder } from '../../../support/command-fixture.ts';

const { folder, remove } = createFolder();
afterAll(remove);

let files = 0;
let file: string;
beforeEach(() => {
  file = join(folder, `${++files}.ndjson`);
});

async function* recordsOf(...sizes: readonly number[]): AsyncGenerator<ReplayRecord> {
  for (const [at, size] of sizes.entries()) {
    yield { id: `${at}`, place: `place ${at}`, bytes: new Uint8Array(size) };
  }
}

/** A target that settles what it has when it is drained, and tells what it was asked. */
function createTarget({ failsAtDrain = 0 } = {}) {
  const asked: (string | number)[] = [];
  const open = async (onSettled: OnSettled): Promise<ReplayTarget> => {
    let waiting: ReplayRecord[] = [];
    let drains = 0;
    return {
      async put(records) {
        asked.push(records.length);
        waiting.push(...records);
      },
      async drain() {
        asked.push('drain');
        if (++drains === failsAtDrain) throw new Error('full');
        for (const record of waiting) onSettled(record, { result: 'ok' });
        waiting = [];
      },
      async close() {
        asked.push('close');
      },
    };
  };
  return { asked, open };
}

describe('replay', () => {
  test('puts batches within the limits of a put', async () => {
    const { asked, open } = createTarget();
    const ledger = await openLedger(file);

    const counts = await replay(
      recordsOf(...Array(501).fill(1), ...Array(5).fill(1_024_000)),
      open,
      {
        ledger,
      },
    );

    expect(asked).toEqual([500, 5, 1, 'drain', 'close']);
    expect(counts).toMatchObject({ replayed: 506, ok: 506 });
  });

  test('writes into the ledger what has arrived, and only then', async () => {
    const { asked, open } = createTarget({ failsAtDrain: 2 });
    const ledger = await openLedger(file);

    const replaying = replay(recordsOf(...Array(1200).fill(1)), open, {
      ledger,
      roundRecords: 500,
    });

    await expect(replaying).rejects.toThrow('full');
    expect(asked).toEqual([500, 'drain', 500, 'drain', 'close']);
    const again = await openLedger(file);
    expect([again.has('499'), again.has('500')]).toEqual([true, false]);
  });

  test('stops between two batches, and keeps what it has put', async () => {
    const stop = new AbortController();
    const { asked, open } = createTarget();
    const ledger = await openLedger(file);
    stop.abort();

    const counts = await replay(recordsOf(...Array(1200).fill(1)), open, {
      ledger,
      interrupted: stop.signal,
    });

    expect(asked).toEqual([500, 'drain', 'close']);
    expect(counts.replayed).toBe(500);
    expect((await openLedger(file)).has('499')).toBe(true);
  });
});

describe('A ledger', () => {
  const entry = (id: string, result: 'ok' | 'failed') => ({ id, place: 'here', result });

  test('remembers the last that became of a record', async () => {
    const ledger = await openLedger(file);

    await ledger.add([entry('a', 'failed'), entry('b', 'failed')]);
    await ledger.add([entry('a', 'ok')]);

    for (const one of [ledger, await openLedger(file)]) {
      expect([one.has('a'), one.has('b'), one.has('c')]).toEqual([true, true, false]);
      expect([one.hasFailed('a'), one.hasFailed('b')]).toEqual([false, true]);
    }
  });

  test('that was cut off loses the entry that was cut, and no later one', async () => {
    const whole = JSON.stringify(entry('a', 'ok'));
    writeFileSync(file, `${whole}\n${whole.replace('"a"', '"b"').slice(0, -1)}`);

    await (await openLedger(file)).add([entry('c', 'ok')]);

    const ledger = await openLedger(file);
    expect([ledger.has('a'), ledger.has('b'), ledger.has('c')]).toEqual([true, false, true]);
  });

  test('is not made before there is something to write', async () => {
    await (await openLedger(file)).add([]);

    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});
