import { Buffer } from 'node:buffer';
import { kernelBytes } from './kernel.wasm.ts';
import { batchAt, stateAt } from './layout.ts';

/** What the kernel does: assembly/kernel.ts says how. Places are indexes of its memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  hashAt(from: number, length: number): number;
  read(from: number, limit: number, target: number, msOfDay: number): number;
  finish(from: number, target: number, msOfDay: number): number;
  remember(
    length: number,
    id: number,
    flags: number,
    plan: number,
    node: number,
    words: number,
  ): boolean;
  forget(): void;
}

// The libraries of TypeScript declare WebAssembly for browsers only.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** A kernel with its memory. */
export interface Kernel {
  readonly exports: Exports;
  /** All of the memory, until it grows. */
  bytes: Buffer;
  /** The same as numbers of 32 bits. */
  words: Uint32Array;
  /** Begins of the state's numbers in `words`. */
  readonly state: number;
}

const pageBytes = 65536;

/** Compiled once, on first need. */
let compiled: object | undefined;

export function createKernel(): Kernel {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelBytes, 'base64'));
  const exports = new WebAssembly.Instance(compiled).exports as Exports;
  const { buffer } = exports.memory;
  return {
    exports,
    bytes: Buffer.from(buffer),
    words: new Uint32Array(buffer),
    state: stateAt / 4,
  };
}

/**
 * Makes the memory at least so large. Whoever has a part of it from before has nothing any more, so it grows only
 * between batches.
 */
export function growTo(kernel: Kernel, bytes: number): void {
  const missing = bytes - kernel.bytes.length;
  if (missing <= 0) return;
  kernel.exports.memory.grow(Math.ceil(missing / pageBytes));
  const { buffer } = kernel.exports.memory;
  kernel.bytes = Buffer.from(buffer);
  kernel.words = new Uint32Array(buffer);
}

/** Pages that the kernel has from the start: its tables and memos. */
export const initialPages = batchAt / pageBytes;
