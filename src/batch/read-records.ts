import { type Attempt, attempt, orThrow } from '../errors.ts';
import { decodeBase64 } from '../events/read.ts';
import { uncarry } from '../firehose/carrier.ts';
import type { FirehoseRecord } from '../firehose/contract.ts';
import type { Journey } from '../firehose/pack.ts';
import { isInstant } from '../rows/time.ts';
import { createBudget } from './budget.ts';
import { type Contents, contentsIn, eventsIn, type ReadOptions } from './contents.ts';
import { type Time, timeCheck } from './time.ts';

/** One record as far as it is read: what is in it, or why that cannot be told. */
export interface OpenedRecord {
  readonly record: FirehoseRecord;
  /** Its place in the batch. */
  readonly index: number;
  readonly journey: Journey;
  readonly contents: Attempt<Contents>;
}

/**
 * Reads the records of a batch in the order of their turns, which is also the order in which they are
 * answered and put again: first what was put again most often, so that load cannot starve it, then as they
 * stand in the batch. Never throws: what is wrong with a record is said with it.
 * @param isRead those that are read already
 * @returns them, and the work that it took in all
 */
export function readRecords(
  records: readonly FirehoseRecord[],
  options: ReadOptions,
  time: Time,
  isRead: (index: number) => boolean = () => false,
): { readonly opened: readonly OpenedRecord[]; readonly work: number } {
  const budget = createBudget(options.limits);
  const checkTime = timeCheck(time);
  const opened = records
    .flatMap((record, index) => (isRead(index) ? [] : [open(record, index, time)]))
    .sort((one, other) => other.journey.timesPut - one.journey.timesPut)
    .map(({ record, index, journey, payload }) => {
      const share = budget.newShare();
      const contents = attempt(() => {
        checkTime();
        return contentsIn(orThrow(payload), journey.arrivedMs, share, options, checkTime);
      });
      if (!contents.ok || eventsIn(contents.value) === 0) share.release();
      return { record, index, journey, contents };
    });
  return { opened, work: budget.readWork() };
}

/** Takes the carrier off a record that is one. */
function open(record: FirehoseRecord, index: number, { now }: Time) {
  const { approximateArrivalTimestamp: arrival, data } = record;
  const arrivedMs = isInstant(arrival) ? Math.floor(arrival) : now();
  const carried = attempt(() => uncarry(decodeBase64(data), arrivedMs));
  if (!carried.ok) return { record, index, journey: { timesPut: 0, arrivedMs }, payload: carried };
  const { payload, ...journey } = carried.value;
  return { record, index, journey, payload: { ok: true, value: payload } as const };
}
