import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { main } from '../../local/cli.ts';
import { invocationPrefix } from '../../local/terminal/command.ts';
import { createOutput, shellWord } from '../../local/terminal/terminal.ts';
import { block } from '../markdown.ts';
import type { Writer } from '../writer.ts';

/** Characters of a line: what a page shows without a scroll bar. */
const columns = 118;

/** A step of the page: what one asks oneself, and the command that answers it. */
interface Step {
  readonly title: string;
  readonly text: string;
  /** What is typed behind `eventlake`; `LAKE` stands for the folder of the lake. */
  readonly args: readonly string[];
  /** What the answer means. */
  readonly means: string;
}

const steps: readonly Step[] = [
  {
    title: 'What is there?',
    text: 'The range, who was busy, from where, and what failed:',
    args: ['overview', '--lake', 'LAKE', '--since', '2026-11-24'],
    means:
      'Two names stand out: `build-bot` works at three in the morning, from an address and with a program that a build machine does not have, and `deploy` has a session called `ops`.',
  },
  {
    title: 'Is the address new?',
    text: 'Who called from an address for the first time in a month?',
    args: ['query', 'first_seen_addresses', '--lake', 'LAKE', '--since', '2026-11-24', '--csv'],
    means:
      '`203.0.113.66` is new for both. The third line is the responder at work in the morning.',
  },
  {
    title: 'What was done from it?',
    text: 'Everything from that address, in order:',
    args: ['query', 'use_of_an_address', '--lake', 'LAKE', '--address', '203.0.113.66'],
    means:
      'A look around (`GetCallerIdentity`, `ListUsers`, `ListBuckets`, `DescribeInstances`), a secret that was denied, a role taken on, the secret once more. `actor_access_key_id` says which key leaked: `AKIAI44QH8DHBEXAMPLE`. If the address changes, ask for the key: `query use_of_an_access_key --key AKIAI44QH8DHBEXAMPLE`.',
  },
  {
    title: 'Where did the key lead?',
    text: 'What the user did, and what was done in sessions that were opened with its key, and in those opened from these. `hop` counts:',
    args: [
      'query',
      'sessions_of_an_actor',
      '--lake',
      'LAKE',
      '--actor',
      'build-bot',
      '--since',
      '2026-11-24',
    ],
    means:
      'From 03:04:51 on all is done as the role `deploy`, which a query for the user alone would not have found.',
  },
  {
    title: 'What was denied, and then allowed?',
    text: 'Between a denial and a success of the same call somebody may have widened a policy:',
    args: ['query', 'denied_then_allowed', '--lake', 'LAKE', '--since', '2026-11-24', '--csv'],
    means: 'The secret was read 71 seconds after it was denied. It has to be replaced.',
  },
  {
    title: 'Who changed identities?',
    text: 'Users, roles, keys and policies:',
    args: ['query', 'identity_changes', '--lake', 'LAKE', '--since', '2026-11-24'],
    means:
      'The role got a policy of its own (`PutRolePolicy`), and the user `backup` a new key, `AKIAIOSFODNN7EXAMPLE`: both must go, and the use of the new key be asked for.',
  },
  {
    title: 'What became of the instances?',
    text: 'Calls with the states that followed, and the team that owns each instance:',
    args: ['query', 'who_stopped_what', '--lake', 'LAKE', '--since', '2026-11-24'],
    means:
      'One large instance was launched, one of production stopped. Its story, calls and states together:',
  },
  {
    title: 'The story of one instance',
    text: 'What happened to it, and what it did itself:',
    args: [
      'query',
      'story_of_an_instance',
      '--lake',
      'LAKE',
      '--instance',
      'i-0a1b2c3d4e5f60718',
      '--since',
      '2026-11-24',
    ],
    means:
      'Its tags were changed after it had stopped; `query tag_changes` shows from what call, and what they are now.',
  },
  {
    title: 'Was the trail touched?',
    text: 'Any question is SQL. Whoever stops the trail hides what comes after:',
    args: [
      'query',
      '--lake',
      'LAKE',
      "SELECT event_time, actor_session_name AS who, event_name, outcome, source_ip FROM unique_events WHERE event_source = 'aws.cloudtrail' ORDER BY event_time",
    ],
    means:
      'From 03:15:02 to 07:40:05 no API call was logged. The changes of instances in between are known all the same, as they come without a trail.',
  },
];

/** Runs a command as a person would, and gives what it printed. */
async function answerOf(args: readonly string[], folder: string): Promise<string> {
  let text = '';
  const output = createOutput(
    new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    }),
    { columns },
  );
  const silent = createOutput(new Writable({ write: (_chunk, _encoding, done) => done() }));
  const status = await main(args, {
    folder,
    dataFolder: folder,
    stdin: Object.assign(Readable.from([]), { isTTY: true }),
    stdout: output,
    stderr: silent,
    interrupted: new AbortController().signal,
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return text.trimEnd();
}

const shown = (args: readonly string[]) =>
  `${invocationPrefix} ${args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : shellWord(arg))).join(' ')}`;

/** docs/investigate.md: the first hour of an incident, its answers those of the commands that it shows. */
export const investigateDocs: Writer = {
  makes: 'the first hour of an incident',
  from: 'events/incident/ and the command line',
  files: async (root) => [{ path: 'docs/investigate.md', text: await pageOf(fileURLToPath(root)) }],
};

async function pageOf(root: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'eventlake-investigate-'));
  try {
    const lake = join(folder, 'incident');
    const given = (args: readonly string[]) => args.map((arg) => (arg === 'LAKE' ? lake : arg));
    const put = ['put', '--lake', 'incident', 'events/incident'];
    await answerOf(['put', '--lake', lake, join(root, 'events/incident')], folder);
    const parts: string[] = [];
    for (const { title, text, args, means } of steps) {
      const answer = await answerOf(given(args), folder);
      const typed = args.map((arg) => (arg === 'LAKE' ? 'incident' : arg));
      parts.push(`## ${title}`, text, block('sh', shown(typed)), block('text', answer), means);
    }
    return `<!-- Generated by \`npm run generate\` from events/incident/. Edit scripts/writers/investigate-docs.ts, not this. -->

# The first hour of an incident

An access key has leaked. This page goes from the first export to a timeline, in commands to copy. The events are made up (\`events/incident/\`), the answers are what the commands print: try them, then put your own events in their place.

## Getting the events

Take what you have, the more the better:

- **The trail's bucket**, or a copy of it: \`aws s3 sync s3://BUCKET/AWSLogs/ trail/\`, or no copy at all: \`eventlake put s3://BUCKET/AWSLogs/ --from 2026-11-17\`. Only the days, accounts and Regions that you ask for are read. Of years of files, [history.md](history.md) says how.
- **No trail:** CloudTrail keeps management events for 90 days: \`aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=AKIAI44QH8DHBEXAMPLE > lookup.json\`. Do it in each Region, and in us-east-1 for IAM.
- **Logs:** an export of CloudWatch Logs, \`aws logs filter-log-events\`, results of Logs Insights or of CloudTrail Lake, as JSON or CSV.
- **A stack of eventlake:** its own bucket holds the lake. The queries below are saved in its workgroup, under the same names.

All of these are put the same way. A file that is there already is not put twice, so that more can be added at any time:

${block('sh', shown(put))}

Instances get their tags if you give what \`aws ec2 describe-instances\` prints, as \`--tags FILE\`.

${parts.join('\n\n')}

## The timeline

Everything on one page, to look at, to search and to mail:

${block('sh', shown(['view', '--lake', 'incident', '--since', '2026-11-24', '--out', 'incident.html']))}

Or as a table for the report, with the columns that it needs:

${block('sh', shown(['query', 'sessions_of_an_actor', '--lake', 'incident', '--actor', 'build-bot', '--since', '2026-11-24', '--output', 'timeline.csv']))}

## What then

\`query --list\` has all questions that have a name, with what they take; [queries.md](queries.md) shows an answer to each. \`restore\` gives the original events back, as evidence. What could not become a row is in the table \`failures\`: look at it before you say that something did not happen. [trust.md](trust.md) says who could have forged what.
`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
