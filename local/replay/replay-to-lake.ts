import { uncarry } from '../../src/firehose/carrier.ts';
import type { Outcome } from '../firehose/response.ts';
import { arrivalOf } from '../stream/arrival.ts';
import { countLines } from '../stream/count-lines.ts';
import type { LoggedFailure } from '../stream/function-log.ts';
import {
  type LocalStreamOptions,
  openLocalStream,
  type SentRecord,
} from '../stream/open-stream.ts';
import type { OnSettled, ReplayRecord, ReplayTarget } from './replay.ts';

/** What a replay adds to a lake beside the outcomes of its records. */
export interface LakeReplay {
  /** Lines in data objects. */
  rows: number;
  objects: number;
  /** Parts of records that the function put again itself, and that failed. */
  failedParts: number;
}

/** A part of a record that failed, without its carrier, and why. */
export interface FailedPart extends LoggedFailure {
  readonly bytes: Uint8Array;
  /** When its record reached the stream first, epoch ms. */
  readonly arrivalMs: number;
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
  onFailedPart: (part: FailedPart) => void,
): Promise<ReplayTarget> {
  let failed: {
    readonly sent: SentRecord<ReplayRecord>;
    readonly recordId: string;
    readonly told: string;
  }[] = [];

  const onOutcome = (outcome: Outcome, sent: SentRecord<ReplayRecord>, recordId: string) => {
    if (outcome.result === 'Ok') lakeReplay.rows += countLines(outcome.data);
    if (outcome.result === 'ProcessingFailed') {
      failed.push({ sent, recordId, told: outcome.failure.code });
    } else if ('ticket' in sent) {
      onSettled(sent.ticket, { result: outcome.result === 'Ok' ? 'ok' : 'dropped' });
    }
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
      for (const { sent, recordId, told } of failed) {
        const failure = local.log.failureOf(recordId) ?? { code: told, reason: '' };
        if ('ticket' in sent) onSettled(sent.ticket, { result: 'failed', ...failure });
        else {
          lakeReplay.failedParts++;
          onFailedPart({ ...partOf(sent.again), ...failure });
        }
      }
      failed = [];
      lakeReplay.objects = local.counters().objects;
    },
    close: local.close,
  };
}

function partOf(carrier: Uint8Array) {
  const arrivalMs = arrivalOf(carrier);
  return { bytes: uncarry(carrier, arrivalMs).payload, arrivalMs };
}
