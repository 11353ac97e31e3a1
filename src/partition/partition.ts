import type { Row } from '../rows/schema.ts';
import { dayOf, daysBetween } from '../rows/time.ts';
import { otherSource } from './sources.ts';

/** Where a row is stored: `source=…/day=…/`. Firehose takes it as the record's partition keys. */
export interface Partition {
  readonly source: string;
  readonly day: string;
}

export interface PartitionRules {
  /** Sources with a partition of their own; the rows of all others go to `other`. */
  readonly sources: ReadonlySet<string>;
  readonly maxDaysLate: number;
}

/** Days that an event may be ahead of its arrival: clocks differ, and midnight comes. */
export const maxDaysAhead = 1;

/** What a partition is decided by. */
export type PartitionCells = {
  readonly [C in 'event_source' | 'event_time' | 'arrival_time']?: Row[C] | undefined;
};

/**
 * The partition of a row: by its source, and by the day of the event; by the day of its arrival
 * where the event has no usable time, or one too far from its arrival.
 */
export function partitionOf(row: PartitionCells, rules: PartitionRules): Partition {
  const source = row.event_source;
  return {
    source: source !== undefined && rules.sources.has(source) ? source : otherSource,
    day: partitionDayOf(row, rules.maxDaysLate),
  };
}

function partitionDayOf(row: PartitionCells, maxDaysLate: number): string {
  const arrival = dayOf(row.arrival_time as string);
  if (row.event_time === undefined) return arrival;
  const day = dayOf(row.event_time);
  if (day === arrival) return day;
  const daysLate = daysBetween(day, arrival);
  return daysLate <= maxDaysLate && daysLate >= -maxDaysAhead ? day : arrival;
}

export function isSame(a: Partition, b: Partition): boolean {
  return a.source === b.source && a.day === b.day;
}
