import { writeFile } from 'node:fs/promises';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';
import { readPieces } from '../input/read-pieces.ts';
import { recordOf } from '../input/record-of.ts';
import { sourcesOf } from '../input/sources.ts';
import { invocationText, maxInvocationBytes } from '../stream/make-invocation.ts';
import { stackOf } from '../stream/open-stream.ts';
import { stackOptions, stackOptionsIn } from '../stream/stack-options.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { alwaysJson } from '../terminal/options.ts';
import { createProgress } from '../terminal/progress.ts';
import { grouped, pathOf } from '../terminal/terminal.ts';

/** Makes the JSON that `sam local invoke -e` takes. */
export const invocation = defineCommand({
  name: 'invocation',
  summary: 'make a Firehose invocation of events, for `sam local invoke -e`',
  positionals: 'FILE…',
  description: [
    'Reads events as put does, and prints the invocation with which Firehose would',
    'call the function: one record for each event, in base64. The same events give',
    'the same text, as each record arrives when its event happened. Broken input',
    'becomes a record too; it is reported by file and line, and the exit status is',
    'then 1.',
  ],
  options: {
    out: { type: 'string', value: 'FILE', help: 'write to this file instead of standard output' },
    ...stackOptions,
    json: alwaysJson,
  },
  example: `${invocationPrefix} invocation --out /tmp/stop.json events/readable/stop.json`,
  async run({ values, positionals }, terminal) {
    if (values.out === '') throw new UsageError('--out needs the name of a file.');
    const { stream } = stackOf(stackOptionsIn(values));
    const { note } = createProgress(terminal);
    const records: Uint8Array[] = [];
    let bytes = 0;
    let problems = 0;
    const report = (message: string) => {
      problems++;
      note(message);
    };

    for (const source of await sourcesOf(positionals, terminal)) {
      for await (const { pieces } of readPieces(source)) {
        for (const piece of pieces) {
          if (piece.broken !== undefined && !piece.isContinued) {
            report(`${piece.place}: ${piece.broken}`);
          }
          if (piece.bytes.length === 0) continue;
          const record = recordOf(piece.bytes);
          if (!record) {
            report(`${piece.place}: too large for a record, even gzipped: left out`);
            continue;
          }
          // A copy, since the piece is a part of the chunk that it came in.
          records.push(Uint8Array.from(record));
          bytes += (record.length * 4) / 3;
        }
        if (bytes > maxInvocationBytes) throw tooLarge(records.length, bytes);
      }
    }
    if (records.length === 0) throw new EnvironmentError('There is no event in the input.');

    const text = invocationText(records, stream);
    if (Buffer.byteLength(text) > maxInvocationBytes) {
      throw tooLarge(records.length, Buffer.byteLength(text));
    }
    if (values.out === undefined) await terminal.stdout.write(text);
    else {
      await writeFile(pathOf(terminal, values.out), text).catch((error: unknown) => {
        throw environmentErrorOf(error, 'write', values.out ?? '');
      });
    }
    return problems > 0 ? 1 : 0;
  },
});

function tooLarge(records: number, bytes: number): EnvironmentError {
  return new EnvironmentError(
    `An invocation holds ${grouped(maxInvocationBytes)} bytes at most, and the first ${grouped(records)} ` +
      `events make ${grouped(bytes)} already: give it fewer.`,
  );
}
