import { Buffer } from 'node:buffer';
import type { Kernel } from './kernel.ts';
import { keySlotBytes, longestKey, memoIndexAt, tablesAt } from './layout.ts';

/** Writes tables into the kernel's memory, one after another. What is written stays. */
export interface TableWriter {
  /** Room of so many bytes. @throws RangeError where the tables are full */
  take(bytes: number): number;
  /** @returns where the text is, in UTF-8, and its length */
  text(text: string): readonly [at: number, length: number];
  /** Numbers of 32 bits. */
  numbers(numbers: readonly number[]): number;
  /** A key table: where it is, and how its keys are spread. @throws Error where a key is there twice */
  keys(
    keys: readonly (readonly [key: string, leadsTo: number])[],
  ): readonly [at: number, packing: number];
  /** Whether there is room for so much more. */
  hasRoom(bytes: number): boolean;
}

/** Beyond a text vectors read and write this much. */
const slack = 16;

const mostSlots = 4096;
const mostMultiplier = 0xffff;

export function createTableWriter(kernel: Kernel): TableWriter {
  let top = tablesAt;
  const { exports } = kernel;

  function take(bytes: number): number {
    const at = (top + 15) & ~15;
    if (at + bytes > memoIndexAt) throw new RangeError('the tables of the kernel are full');
    top = at + bytes;
    return at;
  }

  function text(text: string): readonly [number, number] {
    const bytes = Buffer.from(text);
    const at = take(bytes.length + slack);
    kernel.bytes.set(bytes, at);
    return [at, bytes.length];
  }

  return {
    take,
    text,
    numbers(numbers) {
      const at = take(4 * numbers.length);
      kernel.words.set(numbers, at / 4);
      return at;
    },
    keys(keys) {
      const hashes = keys.map(([key]) => {
        const [at, length] = text(key);
        return exports.hashAt(at, length);
      });
      for (let slots = 2; slots <= mostSlots; slots *= 2) {
        if (slots < 2 * keys.length) continue;
        const spread = spreadOf(hashes, slots);
        if (spread === undefined) continue;
        const at = take(slots * keySlotBytes);
        for (const [index, [key, leadsTo]] of keys.entries()) {
          const bytes = Buffer.from(key);
          if (bytes.length > longestKey) throw new RangeError(`the key ${key} is too long`);
          const slot = at + (spread.slots[index] as number) * keySlotBytes;
          kernel.words.set([bytes.length, leadsTo], slot / 4);
          kernel.bytes.set(bytes, slot + 8);
        }
        return [at, ((spread.multiplier << 16) | (slots - 1)) >>> 0];
      }
      throw new Error(`no table keeps these keys apart: ${keys.map(([key]) => key).join(', ')}`);
    },
    hasRoom: (bytes) => top + bytes < memoIndexAt,
  };
}

interface Spread {
  readonly multiplier: number;
  readonly slots: readonly number[];
}

/** A multiplier that gives each hash a slot of its own; undefined where none is found. */
function spreadOf(hashes: readonly number[], slots: number): Spread | undefined {
  const taken = new Uint8Array(slots);
  // Twice as many slots are a better answer than to try long.
  const most = Math.min(mostMultiplier, 400);
  for (let multiplier = 1; multiplier < most; multiplier += 2) {
    taken.fill(0);
    const own: number[] = [];
    for (const hash of hashes) {
      const slot = (Math.imul(hash, multiplier) >>> 12) & (slots - 1);
      if (taken[slot] === 1) break;
      taken[slot] = 1;
      own.push(slot);
    }
    if (own.length === hashes.length) return { multiplier, slots: own };
  }
  return undefined;
}
