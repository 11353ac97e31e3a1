import { UsageError } from '../errors.ts';
import type { CompactReport } from '../lake/compact.ts';
import { dayAfter, today } from '../lake/compact-days.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { dayIn, jsonOption, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import { createProgress } from '../terminal/progress.ts';
import { counted, grouped, interruptedStatus } from '../terminal/terminal.ts';

/** Rewrites finished days of a lake as Parquet. */
export const compact = defineCommand({
  name: 'compact',
  summary: 'rewrite finished days of a lake as Parquet, for faster answers',
  positionals: '',
  description: [
    'Rewrites the days before today as Parquet, sorted by time, one object for each',
    'source and day. The rows stay the same, copies of an event included; answers',
    'come much faster. `put` does it by itself after a large input.',
    '',
    'It can be stopped at any time, and leaves the lake as it was. The objects that',
    'were replaced are deleted by the next compaction.',
  ],
  options: {
    lake: lakeOption,
    since: { type: 'string', value: 'DAY', help: 'first UTC day to rewrite' },
    until: { type: 'string', value: 'DAY', help: 'last UTC day to rewrite (default: yesterday)' },
    'drop-duplicates': {
      type: 'boolean',
      help: 'keep an event that came several times once, as `unique_events` does: answers over `events` change',
    },
    json: jsonOption('print only the counts, as one JSON object'),
  },
  example: `${invocationPrefix} compact --lake DIR`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) throw new UsageError('compact takes no arguments.');
    const since = dayIn('since', values.since);
    const until = dayIn('until', values.until);
    const dropsDuplicates = values['drop-duplicates'] ?? false;
    const progress = createProgress(terminal);
    // Loaded here, as it brings the engine along.
    const { compactLake } = await import('../lake/compact.ts');
    const report = await compactLake(lakeFolderOf(values.lake, terminal), {
      before: until === undefined ? today() : dayAfter(until),
      since,
      dropsDuplicates,
      interrupted: terminal.interrupted,
      onProgress: (done, of) =>
        progress.show(() => `${grouped(done)} of ${counted(of, 'partition')}`),
    }).finally(progress.clear);
    if (terminal.interrupted.aborted) {
      progress.note('Stopped; the lake is as it was.');
      return interruptedStatus(terminal.interrupted);
    }
    await terminal.stdout.write(
      values.json ? `${JSON.stringify(report)}\n` : compactText(report, dropsDuplicates),
    );
    return 0;
  },
});

function compactText(
  { partitions, objects, bytesBefore, bytesAfter, days, dropped }: CompactReport,
  dropsDuplicates: boolean,
): string {
  if (partitions === 0) return 'Nothing to rewrite: every finished day is Parquet.\n';
  const sizes = `${megabytes(bytesBefore)} before, ${megabytes(bytesAfter)} after`;
  const lines = [
    `${counted(days, 'day')} rewritten: ${counted(objects, 'object')} became ${grouped(partitions)}; ${sizes}.`,
    ...(dropsDuplicates
      ? [`${grouped(dropped)} copies left out: answers over \`events\` change by them.`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
