import type { StreamConfiguration } from './configuration.ts';
import { type Failure, failures } from './failures.ts';
import { createObjectBuffers, type ObjectBuffer, type Piece } from './object-buffers.ts';
import type { ObjectForm } from './object-writer.ts';
import { compilePrefix } from './prefix.ts';

/** Where transformed records wait for their data object. */
export interface DataOutput {
  /** How its objects are named and stored. */
  readonly form: ObjectForm;
  /**
   * Takes a record's data to the partition that its keys name.
   * @param partitionKeys what the function gave as such, unchecked
   * @returns why no partition takes it
   */
  take(piece: Piece, partitionKeys: unknown): Failure | undefined;
  count(): number;
  closeDue(): void;
  closeAll(): void;
}

export interface DataOutputOptions {
  readonly maxPrefixLength: number;
  readonly maxActivePartitions: number;
  readonly onPartitionQuota: 'fail' | 'close-oldest';
  readonly maxHeldBytes: number;
  readonly now: () => number;
  readonly onClose: (buffer: ObjectBuffer) => void;
}

/**
 * Makes the output of data objects. A partition counts against the quota while its buffer is open: delivery
 * takes no time here.
 * Amazon Data Firehose Developer Guide, Partition streaming data, and Troubleshoot dynamic partitioning.
 */
export function createDataOutput(
  configuration: StreamConfiguration,
  options: DataOutputOptions,
): DataOutput {
  const { extension, compression, bufferBytes, bufferIntervalMs: intervalMs } = configuration;
  const { maxPrefixLength, maxActivePartitions: maxBuffers, onPartitionQuota } = options;
  const prefix = compilePrefix(configuration.prefix);
  const buffers = createObjectBuffers({ ...options, prefix, bufferBytes, intervalMs, maxBuffers });
  const hasQuota = configuration.dynamicPartitioning && onPartitionQuota === 'fail';
  return {
    form: { prefix, extension, compression },
    take(piece, given) {
      const partitionKeys = partitionKeysIn(given, prefix.partitionKeyNames);
      if (partitionKeys === undefined) return failures.missingPartitionKey;
      const place = { partitionKeys };
      const key = buffers.keyOf(place, piece.arrivalMs);
      if (key.length > maxPrefixLength) return failures.prefixTooLong;
      if (hasQuota && !buffers.has(key) && buffers.count() >= maxBuffers) {
        return failures.activePartitionExceeded;
      }
      buffers.add(key, place, piece);
      return undefined;
    },
    count: buffers.count,
    closeDue: buffers.closeDue,
    closeAll: buffers.closeAll,
  };
}

/**
 * The keys that the prefix names, or undefined if one is missing, null, empty or no string. That the last
 * fails is a guess: all samples have strings.
 */
function partitionKeysIn(
  given: unknown,
  names: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const values = new Map(Object.entries(given ?? {}));
  const keys = names.map((name) => [name, values.get(name)] as const);
  return keys.every(([, value]) => typeof value === 'string' && value !== '')
    ? Object.fromEntries(keys)
    : undefined;
}
