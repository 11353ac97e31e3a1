import { printable, printableLines } from './printable.ts';
import type { Terminal } from './terminal.ts';

/** One line that says how far something is, on a terminal; nothing elsewhere. */
export interface Progress {
  /** Shows the line, unless one was shown just now. */
  show(line: () => string): void;
  /** Writes a line that stays. */
  note(message: string): void;
  /** The same on a terminal; nothing elsewhere. */
  step(message: string): void;
  /** Takes the line away. */
  clear(): void;
}

const intervalMs = 200;

export function createProgress({ stderr }: Terminal): Progress {
  const { columns } = stderr;
  let shownMs = -Infinity;
  let isShown = false;

  const clear = () => {
    if (isShown) void stderr.write('\r\x1b[K');
    isShown = false;
  };

  const note = (message: string) => {
    clear();
    void stderr.write(`${printableLines(message)}\n`);
  };

  return {
    clear,
    note,
    step(message) {
      if (columns !== undefined) note(message);
    },
    show(line) {
      if (columns === undefined || performance.now() - shownMs < intervalMs) return;
      shownMs = performance.now();
      isShown = true;
      void stderr.write(`\r\x1b[K${printable(line()).slice(0, columns - 1)}`);
    },
  };
}
