import type { Outcome } from '../firehose/response.ts';
import { type LocalStreamOptions, openLocalStream, type SentRecord } from './open-stream.ts';
import type { OnSettled, ReplayRecord, ReplayTarget } from './replay.ts';

/** What a replay adds to a lake beside the outcomes of its records. */
export interface LakeReplay {
  /** Lines in data objects. */
  rows: number;
  objects: number;
  /** Parts of records that the function put again itself, and that failed. */
  failedParts: number;
}

/**
 * A local lake as a target: the stack's stream with its built function, at which every record arrives when it
 * first did, so that its rows get the day that they would have had. What fails again is below the errors of
 * the lake again; why, the function logs at level DEBUG.
 */
export async function openLakeTarget(
  options: Omit<LocalStreamOptions<ReplayRecord>, 'onOutcome'>,
  lakeReplay: LakeReplay,
  onSettled: OnSettled,
): Promise<ReplayTarget> {
  let failed: {
    readonly record: ReplayRecord;
    readonly recordId: string;
    readonly told: string;
  }[] = [];

  const onOutcome = (outcome: Outcome, sent: SentRecord<ReplayRecord>, recordId: string) => {
    if (outcome.result === 'Ok') lakeReplay.rows += linesIn(outcome.data);
    if ('again' in sent) {
      if (outcome.result === 'ProcessingFailed') lakeReplay.failedParts++;
      return;
    }
    const record = sent.ticket;
    if (outcome.result === 'ProcessingFailed') {
      failed.push({ record, recordId, told: outcome.failure.code });
    } else onSettled(record, { result: outcome.result === 'Ok' ? 'ok' : 'dropped' });
  };

  const { stack = {} } = options;
  const local = await openLocalStream({
    ...options,
    stack: { ...stack, parameters: { ...stack.parameters, LogLevel: 'DEBUG' } },
    onOutcome,
  });
  return {
    put: (records) =>
      local.put(
        records.map((record) => {
          const { bytes, arrivalMs } = record;
          return { bytes, ticket: record, ...(arrivalMs !== undefined && { arrivalMs }) };
        }),
      ),
    async drain() {
      await local.drain();
      if (failed.length > 0) await local.logged();
      for (const { record, recordId, told } of failed) {
        const failure = local.log.failureOf(recordId) ?? { code: told, reason: '' };
        onSettled(record, { result: 'failed', ...failure });
      }
      failed = [];
      lakeReplay.objects = local.counters().objects;
    },
    close: local.close,
  };
}

function linesIn(data: Buffer): number {
  return data.reduce((lines, byte) => (byte === 0x0a ? lines + 1 : lines), 0);
}
