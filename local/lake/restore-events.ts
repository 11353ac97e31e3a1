import type { Partition } from '../../src/partition/partition.ts';
import { otherSource } from '../../src/partition/sources.ts';
import { eventTextOf } from '../../src/rows/rebuild.ts';
import type { Row } from '../../src/rows/schema.ts';
import { lakeObjects } from './lake-objects.ts';
import { linesOf } from './lake-rows.ts';
import { rowIn } from './row-in.ts';

export interface RestoreOptions {
  /** Only events of this exact source, or of this partition (`other`). */
  readonly source?: string;
  /** Only partitions from this day on, `yyyy-MM-dd`. */
  readonly since?: string;
  /** Only partitions up to this day, itself included. */
  readonly until?: string;
  /** Told of each line that gives no event back, and of each object that breaks off. */
  readonly onProblem?: (message: string) => void;
}

/**
 * The events of a lake, each as one line of JSON text in the form that it came in. One line is in memory
 * at a time. They are read from the objects themselves: a query engine would give timestamps and structs
 * back in forms of its own, and has to be told of each column, while a row's line holds just what the way
 * back reads. Their order is that of partitions, objects and lines.
 */
export async function* restoreEvents(
  lake: string,
  { source, since = '', until = '9999-12-31', onProblem = () => {} }: RestoreOptions = {},
): AsyncGenerator<string> {
  const isWanted = (partition: Partition) =>
    partition.day >= since && partition.day <= until && mayHold(partition, source);

  for await (const object of lakeObjects(lake, isWanted)) {
    for await (const { key, line, text, broken, partition } of linesOf(lake, object)) {
      try {
        if (broken !== undefined) throw new SyntaxError(broken);
        const row = rowIn(text);
        if (isOf(row, partition, source)) yield eventTextOf(row);
      } catch (error) {
        if (!Error.isError(error) || error.name !== 'SyntaxError') throw error;
        onProblem(`${key}:${line}: ${error.message}`);
      }
    }
  }
}

/** The rows of a source that has no partition of its own are in `other`, and so may be older ones of any. */
function mayHold(partition: Partition, source: string | undefined): boolean {
  return source === undefined || partition.source === source || partition.source === otherSource;
}

function isOf(row: Row, partition: Partition, source: string | undefined): boolean {
  return source === undefined || row.event_source === source || partition.source === source;
}
