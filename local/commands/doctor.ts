import { setTimeout as wait } from 'node:timers/promises';
import type { Finding } from '../doctor/checks.ts';
import { UsageError } from '../errors.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { jsonOption } from '../terminal/options.ts';
import { printable } from '../terminal/printable.ts';
import { interruptedStatus, type Terminal } from '../terminal/terminal.ts';

/** Says of a stack where its events stop. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'ask AWS where the events of a stack stop',
  positionals: '',
  description: [
    'Answers "I deployed it and see nothing": looks at the stack, the trail, the rule',
    'and its target, the stream, the function, the bucket, tables and alarms, in the',
    'order in which an event passes, and says of each what is there and what to do.',
    'It only reads; with --send it puts one event on the bus and waits for its row.',
    '',
    'The exit status is 1 where something is wrong. The first that is wrong is where',
    'to begin: what comes after it often follows from it.',
  ],
  options: {
    stack: { type: 'string', value: 'NAME', help: 'name of the stack (default eventlake)' },
    region: { type: 'string', value: 'NAME', help: 'its Region (default: AWS_REGION)' },
    'endpoint-url': { type: 'string', value: 'URL', help: 'the endpoint of all services' },
    send: { type: 'boolean', help: 'put an event, and wait until its row is in the bucket' },
    json: jsonOption('print each finding as a JSON object'),
  },
  example: `${invocationPrefix} doctor --stack eventlake --region eu-west-1`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0)
      throw new UsageError('doctor takes no arguments: name the stack with --stack.');
    const { stack = 'eventlake', send, json } = values;
    const region = values.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    if (!region)
      throw new UsageError('The Region is not known: give it with --region, or as AWS_REGION.');
    // Loaded here: nothing else speaks to so many services.
    const { awsOf } = await import('../doctor/aws.ts');
    const { examine } = await import('../doctor/checks.ts');
    const { sendAndWait } = await import('../doctor/send.ts');
    const aws = awsOf({ region, endpoint: values['endpoint-url'] });
    const { interrupted } = terminal;
    let wrong = 0;
    const tell = async (finding: Finding) => {
      if (!finding.isWell) wrong++;
      await terminal.stdout.write(
        json ? `${JSON.stringify(finding)}\n` : findingText(finding, terminal),
      );
    };
    for await (const finding of examine(aws, { stack, nowMs: Date.now() })) {
      if (interrupted.aborted) return interruptedStatus(interrupted);
      await tell(finding);
    }
    const found = send ? await aws.stack(stack) : undefined;
    if (found) {
      const waiting = { now: Date.now, wait: (ms: number) => wait(ms), interrupted };
      for await (const finding of sendAndWait(aws, found, waiting)) await tell(finding);
    }
    if (!json) {
      await terminal.stdout.write(
        wrong === 0 ? '\nAll is well.\n' : `\n${wrong} to look at; begin with the first.\n`,
      );
    }
    return wrong === 0 ? 0 : 1;
  },
});

function findingText({ check, isWell, text, todo }: Finding, { stdout }: Terminal): string {
  const lines = [`${isWell ? '✓' : '✗'} ${stdout.style('bold', check)}: ${printable(text)}`];
  if (todo !== undefined) lines.push(`    → ${printable(todo)}`);
  return `${lines.join('\n')}\n`;
}
