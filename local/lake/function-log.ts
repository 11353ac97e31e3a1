import { Writable } from 'node:stream';

/** Sums of the lines that the function logs, one an invocation; see `Summary` of the transform. */
export interface FunctionLog {
  /** What the function writes. */
  readonly input: Writable;
  /** Failed records by our own code: a record's error object has only Firehose's. */
  failures(): Readonly<Record<string, number>>;
  /** Instances in rows, by tag status. */
  tags(): Readonly<Record<string, number>>;
}

/** What the function says where it sums up an invocation. */
const summaryMessage = 'Batch transformed';

/** Longer lines are none of ours; the rest of them is not looked at. */
const maxLineLength = 64 * 1024;

/**
 * Reads the function's log as it comes: JSON lines, of which those that sum up an invocation count.
 * All of it is handed on.
 */
export function createFunctionLog(onText: (text: string) => void = () => {}): FunctionLog {
  const failures: Record<string, number> = {};
  const tags: Record<string, number> = {};
  let line = '';

  const readLine = () => {
    const summary = summaryIn(line);
    for (const [code, { count }] of Object.entries(summary.failures ?? {}))
      add(failures, code, count);
    for (const [status, count] of Object.entries(summary.tags ?? {})) add(tags, status, count);
    line = '';
  };

  const input = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString();
      onText(text);
      const [first = '', ...others] = text.split('\n');
      line += first;
      for (const next of others) {
        readLine();
        line = next;
      }
      line = line.slice(0, maxLineLength);
      done();
    },
  });
  return { input, failures: () => ({ ...failures }), tags: () => ({ ...tags }) };
}

/** The parts of a summary that are summed up here. */
interface Summary {
  readonly failures?: Readonly<Record<string, { readonly count: number }>>;
  readonly tags?: Readonly<Record<string, number>>;
}

function summaryIn(line: string): Summary {
  if (!line.includes(summaryMessage)) return {};
  try {
    const { message, ...summary } = JSON.parse(line);
    return message === summaryMessage ? summary : {};
  } catch {
    return {};
  }
}

function add(sums: Record<string, number>, name: string, count: number): void {
  sums[name] = (sums[name] ?? 0) + count;
}
