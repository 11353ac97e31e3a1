import type { TagSet } from './tag-set.ts';

/**
 * What is known of one instance's tags: what they were at certain times, and when they changed.
 *
 * Only whole sets are kept. A call such as CreateTags tells one key of many; to put it on top of an
 * older set would claim that nothing else happened in between, which neither a best-effort stream
 * nor one container of several can know. So it only says that what was known before is not true any
 * more. Every set that is given out was the truth at the time that goes with it.
 */
export interface Knowledge {
  /** By time, the earliest first. */
  readonly snapshots: readonly Snapshot[];
  /** When tags are known to have changed, epoch milliseconds, in no order. */
  readonly changes: readonly number[];
  /** The instance is terminated: what is known of it is all that there will be. */
  readonly isEnded: boolean;
}

/** All tags of an instance at one time, epoch milliseconds. An empty set: it had none. */
export interface Snapshot {
  readonly timeMs: number;
  readonly tags: TagSet;
  readonly from: 'lookup' | 'stream';
  /** Of a tag change event: a later change has a higher one, also within the same second. */
  readonly version?: number | undefined;
}

/** Late events come a few changes late, not hundreds. */
const maxSnapshots = 4;
const maxChanges = 8;

export const nothingKnown: Knowledge = { snapshots: [], changes: [], isEnded: false };

/** Adds a set. One that is known already, or an older version of one, adds nothing. */
export function withSnapshot(knowledge: Knowledge, snapshot: Snapshot): Knowledge {
  const { timeMs, version, from } = snapshot;
  const known = knowledge.snapshots.find((other) => other.timeMs === timeMs);
  if (known && !isLater(version, known.version)) return knowledge;
  const others = knowledge.snapshots.filter((other) => other !== known);
  const snapshots = [...others, snapshot].sort((a, b) => a.timeMs - b.timeMs);
  return {
    ...(from === 'stream' ? withChange(knowledge, timeMs) : knowledge),
    snapshots: snapshots.slice(-maxSnapshots),
  };
}

function isLater(version: number | undefined, known: number | undefined): boolean {
  return version !== undefined && (known === undefined || version > known);
}

/** Adds that tags changed at a time, to what is not known. */
export function withChange(knowledge: Knowledge, timeMs: number): Knowledge {
  if (knowledge.changes.includes(timeMs)) return knowledge;
  const changes = [...knowledge.changes, timeMs].sort((a, b) => a - b);
  return { ...knowledge, changes: changes.slice(-maxChanges) };
}

/**
 * The set that says best what the tags were at a time: the last one before, unless they changed
 * since; or the next one after, where that is nearer or the only one.
 */
export function snapshotAt(knowledge: Knowledge, timeMs: number): Snapshot | undefined {
  const before = knowledge.snapshots.findLast((snapshot) => snapshot.timeMs <= timeMs);
  const after = knowledge.snapshots.find((snapshot) => snapshot.timeMs > timeMs);
  const isBeforeGood = before && !changedBetween(knowledge, orderOf(before), timeMs);
  const isAfterGood = after && !changedBetween(knowledge, timeMs, after.timeMs);
  if (!isBeforeGood) return after;
  if (!isAfterGood) return before;
  return timeMs - before.timeMs <= after.timeMs - timeMs ? before : after;
}

function changedBetween({ changes }: Knowledge, afterMs: number, untilMs: number): boolean {
  return changes.some((changeMs) => changeMs > afterMs && changeMs <= untilMs);
}

/** Events tell whole seconds: a look-up does not know of the changes in its own second. */
function orderOf({ from, timeMs }: Snapshot): number {
  return from === 'lookup' ? Math.floor(timeMs / 1000) * 1000 - 1 : timeMs;
}

const minuteMs = 60 * 1000;
const hourMs = 60 * minuteMs;

/** The stream brings changes, so a set is good for long; the tags of a new instance may lag. */
const goodForMs = 24 * hourMs;
const emptyGoodForMs = minuteMs;
/** After its end an instance loses its tags, and events of it may be `MaxDaysLate` days late. */
const endedGoodForMs = 8 * 24 * hourMs;

/** Whether a set is too old to be given out without asking again. */
export function isExpired({ isEnded }: Knowledge, snapshot: Snapshot, nowMs: number): boolean {
  const isEmpty = snapshot.from === 'lookup' && Object.keys(snapshot.tags).length === 0;
  const forMs = isEnded ? endedGoodForMs : isEmpty ? emptyGoodForMs : goodForMs;
  return nowMs - snapshot.timeMs > forMs;
}
