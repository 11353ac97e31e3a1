import { describe, expect, test } from '@jest/globals';
import type { DoctorAws, SentEvent } from '../../../../local/doctor/port.ts';
import { sendAndWait, sentSource } from '../../../../local/doctor/send.ts';
import { collect } from '../../../support/command-fixture.ts';

const stack = {
  status: 'CREATE_COMPLETE',
  outputs: { BucketName: 'bucket' },
  parameters: { DeliverySeconds: '60', EventBusName: 'own' },
};

/** A clock that goes on while somebody waits, and a bucket that has the row after some seconds. */
function prepare(afterSeconds: number) {
  const sent: SentEvent[] = [];
  let nowMs = 1_000_000;
  let asked = 0;
  const startMs = nowMs;
  const aws = {
    putEvent: async (event: SentEvent) => void sent.push(event),
    hasObjectWith: async (_bucket: string, _prefix: string, sinceMs: number, text: string) => {
      asked++;
      expect(sinceMs).toBe(startMs);
      expect(sent[0]?.detail).toContain(text);
      return nowMs - startMs >= afterSeconds * 1000;
    },
  } as unknown as DoctorAws;
  const options = {
    now: () => nowMs,
    wait: async (ms: number) => {
      nowMs += ms;
    },
    interrupted: new AbortController().signal,
  };
  return { run: () => collect(sendAndWait(aws, stack, options)), sent, asked: () => asked };
}

describe('An event of the doctor', () => {
  test('is put on the bus of the stack, and its row told with the time that it took', async () => {
    const { run, sent } = prepare(45);

    const findings = await run();

    expect(sent).toMatchObject([{ busName: 'own', source: sentSource }]);
    expect(findings.map(({ check, isWell }) => [check, isWell])).toEqual([
      ['event sent', true],
      ['its row', true],
    ]);
    expect(findings[1]?.text).toBe('in the bucket after 50 s');
  });

  test('that does not arrive is given up after the delivery and some minutes', async () => {
    const { run, asked } = prepare(Infinity);

    const [, row] = await run();

    expect(row).toMatchObject({ isWell: false, text: 'It is not there after 240 s.' });
    expect(row?.todo).toMatch(/EventSources/);
    expect(asked()).toBe(24);
  });
});
