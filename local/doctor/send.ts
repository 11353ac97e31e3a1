import { randomUUID } from 'node:crypto';
import type { Finding } from './checks.ts';
import type { DoctorAws, StackAtAws } from './port.ts';

/** Source of the event that is sent: no rule of AWS and no other sender has it. */
export const sentSource = 'eventlake.doctor';

export interface SendOptions {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly interrupted: AbortSignal;
}

/** Beyond DeliverySeconds, for the minute of the function's buffer and for S3. */
const patienceMs = 3 * 60 * 1000;
const pollMs = 10_000;

/** Puts an event on the bus, and waits until its row is in the bucket. */
export async function* sendAndWait(
  aws: DoctorAws,
  { outputs, parameters }: StackAtAws,
  { now, wait, interrupted }: SendOptions,
): AsyncGenerator<Finding> {
  const id = randomUUID();
  const startedMs = now();
  await aws.putEvent({
    busName: parameters.EventBusName || 'default',
    source: sentSource,
    detailType: 'Doctor',
    detail: JSON.stringify({ id }),
  });
  const seconds = () => Math.round((now() - startedMs) / 1000);
  yield { check: 'event sent', isWell: true, text: `${sentSource}, ${id}` };
  const untilMs = startedMs + Number(parameters.DeliverySeconds ?? 300) * 1000 + patienceMs;
  const bucket = outputs.BucketName ?? '';
  while (now() < untilMs && !interrupted.aborted) {
    if (await aws.hasObjectWith(bucket, 'events/json/source=other/', startedMs, id)) {
      yield { check: 'its row', isWell: true, text: `in the bucket after ${seconds()} s` };
      return;
    }
    await wait(pollMs);
  }
  yield {
    check: 'its row',
    isWell: false,
    text: `It is not there after ${seconds()} s.`,
    todo: 'The checks above say where it may have stopped. Does EventSources leave other sources out?',
  };
}
