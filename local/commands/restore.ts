import { UsageError } from '../errors.ts';
import { requireLake } from '../lake/lake-folder.ts';
import { restoreEvents } from '../lake/restore-events.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { alwaysJson, dayIn, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import { shownJson } from '../terminal/printable.ts';
import { createProgress } from '../terminal/progress.ts';
import { counted, interruptedStatus } from '../terminal/terminal.ts';

/** Text that is written at once. */
const blockLength = 64 * 1024;

/** Gives the events of a lake back. */
export const restore = defineCommand({
  name: 'restore',
  summary: 'print the events of a lake in the form in which they came',
  positionals: '',
  description: [
    'Prints every event of a lake as one line of JSON, as the EventBridge event or',
    'CloudTrail record that came in, in the order of partitions and files. Not kept',
    'are the order of keys, white space, the first of two equal keys, and keys whose',
    'value is null, except inside JSON columns.',
  ],
  options: {
    lake: lakeOption,
    source: {
      type: 'string',
      value: 'SOURCE',
      help: 'only events of this source, such as aws.ec2',
    },
    since: { type: 'string', value: 'DAY', help: 'only events from this day on, yyyy-MM-dd (UTC)' },
    until: { type: 'string', value: 'DAY', help: 'only events up to and including this day' },
    json: alwaysJson,
  },
  example: `${invocationPrefix} restore --source aws.ec2 --since 2026-11-01 | gzip > ec2.ndjson.gz`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) {
      throw new UsageError(`restore takes no FILE: name the lake as --lake ${positionals[0]}.`);
    }
    const lake = lakeFolderOf(values.lake, terminal);
    const { source } = values;
    const since = dayIn('since', values.since);
    const until = dayIn('until', values.until);
    await requireLake(lake);
    const { note } = createProgress(terminal);
    let problems = 0;
    let events = 0;
    let block = '';
    const given = restoreEvents(lake, {
      ...(source !== undefined && { source }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      onProblem(message) {
        problems++;
        note(message);
      },
    });
    for await (const event of given) {
      events++;
      block += `${shownJson(event, terminal.stdout)}\n`;
      if (block.length < blockLength) continue;
      await terminal.stdout.write(block);
      block = '';
      if (terminal.interrupted.aborted) return interruptedStatus(terminal.interrupted);
    }
    if (block !== '') await terminal.stdout.write(block);
    if (events === 0) note(`No event in ${lake} matches.`);
    if (problems > 0) note(`${counted(problems, 'line')} could not be restored.`);
    return problems > 0 ? 1 : 0;
  },
});
