import { Writable } from 'node:stream';

/** What the function tells of a record that failed. */
export interface LoggedFailure {
  readonly code: string;
  /** Only at log level DEBUG (`FailedRecord` of the summary), else empty. */
  readonly reason: string;
}

/** Sums of the lines that the function logs, one an invocation; see `Summary` of the transform. */
export interface FunctionLog {
  /** What the function writes. */
  readonly input: Writable;
  /** Failed records by our own code: a record's error object has only Firehose's. */
  failures(): Readonly<Record<string, number>>;
  /** Instances in rows, by tag status. */
  tags(): Readonly<Record<string, number>>;
  /** Invocations that it has summed up. */
  invocations(): number;
  /** Why a record failed: at log level DEBUG of each, else of the first few of a batch. */
  failureOf(recordId: string): LoggedFailure | undefined;
}

/** What the function says where it sums up an invocation. */
const summaryMessage = 'Batch transformed';

/** What it says, at log level DEBUG, of each record that failed. */
const failureMessage = 'Record failed';

/** Longer lines are none of ours; the rest of them is not looked at. */
const maxLineLength = 64 * 1024;

/**
 * Reads the function's log as it comes: JSON lines, of which those that sum up an invocation count.
 * All of it is handed on.
 */
export function createFunctionLog(onText: (text: string) => void = () => {}): FunctionLog {
  const failures: Record<string, number> = {};
  const tags: Record<string, number> = {};
  const failuresById = new Map<string, LoggedFailure>();
  let invocations = 0;
  let line = '';

  const readLine = () => {
    const { recordId, code = '', reason = '' } = fieldsIn<LoggedRecord>(line, failureMessage);
    if (recordId !== undefined) failuresById.set(recordId, { code, reason });
    const summary = fieldsIn<Summary>(line, summaryMessage);
    if (summary.failures !== undefined) invocations++;
    for (const [code, { count, recordIds = [] }] of Object.entries(summary.failures ?? {})) {
      add(failures, code, count);
      for (const id of recordIds) {
        if (!failuresById.has(id)) failuresById.set(id, { code, reason: '' });
      }
    }
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
  return {
    input,
    failures: () => ({ ...failures }),
    tags: () => ({ ...tags }),
    invocations: () => invocations,
    failureOf: (recordId) => failuresById.get(recordId),
  };
}

type LoggedRecord = LoggedFailure & { readonly recordId: string };

interface CountedFailure {
  readonly count: number;
  /** Of the first few. */
  readonly recordIds?: readonly string[];
}

/** The parts of a summary that are summed up here. */
interface Summary {
  readonly failures?: Readonly<Record<string, CountedFailure>>;
  readonly tags?: Readonly<Record<string, number>>;
}

/** The fields of a line with this message; of any other none. */
function fieldsIn<Fields>(line: string, message: string): Partial<Fields> {
  if (!line.includes(message)) return {};
  try {
    const fields = JSON.parse(line);
    return fields.message === message ? fields : {};
  } catch {
    return {};
  }
}

function add(sums: Record<string, number>, name: string, count: number): void {
  sums[name] = (sums[name] ?? 0) + count;
}
