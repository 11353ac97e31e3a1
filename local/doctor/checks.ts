import { eventColumns } from '../../athena/tables.ts';
import { duration } from '../terminal/terminal.ts';
import {
  DeniedError,
  type DoctorAws,
  type RuleAtAws,
  type StackAtAws,
  type StreamAtAws,
} from './port.ts';

/** What a look has shown. */
export interface Finding {
  readonly check: string;
  readonly isWell: boolean;
  /** What is there, in a sentence. */
  readonly text: string;
  /** What to do, where something is wrong. */
  readonly todo?: string;
}

/** Hours that metrics are looked at over. */
const hours = 24;
const hourMs = 60 * 60 * 1000;

/** What the checks before have found, for those that go on from it. */
interface Known {
  stack?: StackAtAws;
  stream?: StreamAtAws;
  rule?: RuleAtAws;
}

interface Check {
  readonly name: string;
  /** What must be known for it to make sense. */
  readonly needs?: keyof Known;
  readonly look: (known: Known, aws: DoctorAws, options: DoctorOptions) => Promise<Look>;
}

type Look = Omit<Finding, 'check'>;

export interface DoctorOptions {
  readonly stack: string;
  readonly nowMs: number;
}

const well = (text: string): Look => ({ isWell: true, text });
const wrong = (text: string, todo: string): Look => ({ isWell: false, text, todo });

const agoOf = (thenMs: number, nowMs: number) => `${duration((nowMs - thenMs) / 1000)} ago`;
const outputOf = ({ stack }: Known, name: string) => stack?.outputs[name] ?? '';
const parameterOf = ({ stack }: Known, name: string) => stack?.parameters[name] ?? '';

/** In the order in which an event passes: the first that is wrong is where to begin. */
const checks: readonly Check[] = [
  {
    name: 'credentials',
    async look(_known, aws) {
      const { account, arn } = await aws.caller();
      return well(`${arn} in account ${account}, Region ${aws.region}`);
    },
  },
  {
    name: 'stack',
    async look(known, aws, { stack: name }) {
      const stack = await aws.stack(name);
      if (!stack) {
        return wrong(
          `There is no stack ${name} in ${aws.region}.`,
          'Give its name with --stack, and its Region with --region.',
        );
      }
      if (stack.outputs.StreamName === undefined) {
        return wrong(
          `The stack ${name} has no output StreamName.`,
          'Is it one of eventlake? Name another.',
        );
      }
      known.stack = stack;
      return /^(?:CREATE|UPDATE)_COMPLETE/.test(stack.status)
        ? well(`${name}, ${stack.status}`)
        : wrong(
            `${name} is ${stack.status}.`,
            'Look at its events in CloudFormation, and mend it.',
          );
    },
  },
  {
    name: 'trail',
    needs: 'stack',
    async look(_known, aws, { nowMs }) {
      const trails = await aws.trails();
      const own = trails.filter(
        ({ isMultiRegion, homeRegion, hasManagementEvents }) =>
          hasManagementEvents && (isMultiRegion || homeRegion === aws.region),
      );
      const logging = own.find(({ isLogging }) => isLogging);
      if (!logging) {
        const [stopped] = own;
        return stopped
          ? wrong(
              `The trail ${stopped.name} does not log: no API call reaches EventBridge.`,
              `aws cloudtrail start-logging --name ${stopped.name}`,
            )
          : wrong(
              'No trail logs management events here: no API call reaches EventBridge.',
              'Deploy with CreateTrail=true, or make a trail.',
            );
      }
      const { name, deliveredMs, deliveryError } = logging;
      if (deliveryError) {
        return wrong(
          `The trail ${name} cannot deliver: ${deliveryError}.`,
          'Look at the policy of its bucket.',
        );
      }
      return well(
        deliveredMs === undefined
          ? `${name} logs; it has delivered nothing yet`
          : `${name} logs; it last delivered ${agoOf(deliveredMs, nowMs)}`,
      );
    },
  },
  {
    name: 'stream',
    needs: 'stack',
    async look(known, aws) {
      const name = outputOf(known, 'StreamName');
      const stream = await aws.streamOf(name);
      if (!stream)
        return wrong(`There is no stream ${name}.`, 'Somebody deleted it: deploy the stack again.');
      known.stream = stream;
      return stream.status === 'ACTIVE'
        ? well(`${name} is ACTIVE`)
        : wrong(
            `${name} is ${stream.status}.`,
            'Wait until it is ACTIVE; where it failed, deploy again.',
          );
    },
  },
  {
    name: 'rule',
    needs: 'stream',
    async look(known, aws) {
      const bus = parameterOf(known, 'EventBusName') || 'default';
      const rules = await aws.rulesTo(known.stream?.arn ?? '', bus);
      const [rule] = rules;
      if (!rule) {
        return wrong(
          `No rule of the bus ${bus} has the stream as its target.`,
          'Deploy the stack again: its rule, or the target of it, is gone.',
        );
      }
      known.rule = rule;
      if (!rule.state.startsWith('ENABLED')) {
        return wrong(`The rule ${rule.name} is ${rule.state}.`, 'Deploy with RuleState=ENABLED.');
      }
      if (!isPattern(rule.pattern)) {
        return wrong(
          `The pattern of the rule ${rule.name} matches no event of AWS: ${rule.pattern}`,
          'Deploy the stack again, and look at EventSources.',
        );
      }
      return well(`${rule.name} is ${rule.state}, pattern ${rule.pattern}`);
    },
  },
  {
    name: 'permission of the rule',
    needs: 'rule',
    async look({ rule, stream }, aws) {
      const { roleArn } = rule as RuleAtAws;
      if (!roleArn) return wrong('The target has no role.', 'Deploy the stack again.');
      const policies = await aws.rolePolicies(roleArn);
      const mayPut = policies.some((text) => /firehose:(?:\*|Put)/.test(text));
      return mayPut
        ? well(`${roleArn.split('/').at(-1)} may put on the stream`)
        : wrong(
            `The role ${roleArn} may not put on ${stream?.arn}.`,
            'Deploy the stack again: its policy is gone.',
          );
    },
  },
  {
    name: 'invocations of the rule',
    needs: 'rule',
    async look(known, aws) {
      const bus = parameterOf(known, 'EventBusName') || 'default';
      const metric = (name: string) => ({
        namespace: 'AWS/Events',
        name,
        dimensions: {
          ...(bus !== 'default' && { EventBusName: bus }),
          RuleName: known.rule?.name ?? '',
        },
      });
      const matched = (await aws.sumOf(metric('TriggeredRules'), hours)) ?? 0;
      const failed = (await aws.sumOf(metric('FailedInvocations'), hours)) ?? 0;
      if (failed > 0) {
        return wrong(
          `${failed} of ${matched} in ${hours} hours failed.`,
          'Look at the dead letters, next.',
        );
      }
      return matched > 0
        ? well(`${matched} events matched in ${hours} hours, none failed`)
        : wrong(
            `No event has matched in ${hours} hours.`,
            'A rule sees the events of its own Region and bus only: is anything happening here? --send puts an event.',
          );
    },
  },
  {
    name: 'dead letters',
    needs: 'stack',
    async look(known, aws) {
      const { count, codes } = await aws.deadLetters(outputOf(known, 'DeadLettersUrl'));
      if (count === 0) return well('none');
      return wrong(
        `${count} events could not be put on the stream: ${codes.join(', ') || 'no code is told'}.`,
        'Mend the cause, then `eventlake replay --stream STREAM --queue URL` (docs/operations.md).',
      );
    },
  },
  {
    name: 'records of the stream',
    needs: 'stream',
    async look(known, aws) {
      const metric = (name: string) => ({
        namespace: 'AWS/Firehose',
        name,
        dimensions: { DeliveryStreamName: outputOf(known, 'StreamName') },
      });
      const incoming = (await aws.sumOf(metric('IncomingRecords'), hours)) ?? 0;
      const throttled = (await aws.sumOf(metric('ThrottledRecords'), hours)) ?? 0;
      if (throttled > 0) {
        return wrong(
          `${throttled} of ${incoming} records were throttled.`,
          'Ask for a higher limit of the stream (docs/metrics.md).',
        );
      }
      return incoming > 0
        ? well(`${incoming} records in ${hours} hours, none throttled`)
        : wrong(`No record in ${hours} hours.`, 'What the rule matched did not arrive: see above.');
    },
  },
  {
    name: 'function',
    needs: 'stream',
    async look(known, aws) {
      const { functionArn = '' } = known.stream as StreamAtAws;
      const name = functionArn.split(':')[6] ?? '';
      if (name === '') return wrong('The stream calls no function.', 'Deploy the stack again.');
      const errors = await aws.sumOf(
        { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: name } },
        hours,
      );
      if (errors) {
        return wrong(
          `${errors} invocations failed in ${hours} hours.`,
          `sam logs --cw-log-group ${outputOf(known, 'FunctionLogs')}`,
        );
      }
      const summary = await aws.lastSummary(outputOf(known, 'FunctionLogs'));
      if (!summary) return well(`${name}: no error in ${hours} hours, and no batch`);
      const { records = 0, rows = 0, failed = 0 } = summary;
      return well(
        `${name}: no error; the last batch had ${records} records, ${rows} rows, ${failed} failed`,
      );
    },
  },
  {
    name: 'partitions',
    needs: 'stream',
    async look(known, aws) {
      const exceeded = await aws.sumOf(
        {
          namespace: 'AWS/Firehose',
          name: 'PartitionCountExceeded',
          dimensions: { DeliveryStreamName: outputOf(known, 'StreamName') },
        },
        hours,
      );
      return exceeded
        ? wrong(
            'There were more partitions than the stream may have.',
            'Move rare sources from PartitionSources to RetiredSources, or lower MaxDaysLate.',
          )
        : well('within the quota');
    },
  },
  {
    name: 'rows in the bucket',
    needs: 'stack',
    async look(known, aws, { nowMs }) {
      const bucket = outputOf(known, 'BucketName');
      const newest = await aws.newestObjectMs(bucket, 'events/');
      if (newest === undefined) {
        return wrong(
          `Nothing lies below s3://${bucket}/events/ yet.`,
          `Rows come after DeliverySeconds (${parameterOf(known, 'DeliverySeconds') || 300} s); if the stream has records, look at ${outputOf(known, 'StreamErrors')}.`,
        );
      }
      const isOld = nowMs - newest > hours * hourMs;
      const text = `the newest object is from ${agoOf(newest, nowMs)}`;
      return isOld
        ? wrong(
            `Below s3://${bucket}/events/ ${text}.`,
            `Look at ${outputOf(known, 'StreamErrors')}, the stream's own errors.`,
          )
        : well(text);
    },
  },
  {
    name: 'failures in the bucket',
    needs: 'stack',
    async look(known, aws, { nowMs }) {
      const newest = await aws.newestObjectMs(outputOf(known, 'BucketName'), 'errors/');
      if (newest === undefined || nowMs - newest > hours * hourMs)
        return well(`none in ${hours} hours`);
      return wrong(
        `Records failed: the newest error object is from ${agoOf(newest, nowMs)}.`,
        'SELECT * FROM failures; docs/failures.md has every code with its cure.',
      );
    },
  },
  {
    name: 'tables',
    needs: 'stack',
    async look(known, aws) {
      const database = outputOf(known, 'Database');
      const columns = await aws.columnsOf(database, 'events');
      if (!columns)
        return wrong(`The database ${database} has no view events.`, 'Deploy the stack again.');
      const missing = eventColumns.filter(({ name }) => !columns.includes(name));
      return missing.length === 0
        ? well(`${database}.events has the ${columns.length} columns of this version`)
        : wrong(
            `${database}.events lacks ${missing.map(({ name }) => name).join(', ')}.`,
            'The stack is of an older version: sam build && sam deploy (docs/upgrades.md).',
          );
    },
  },
  {
    name: 'workgroup',
    needs: 'stack',
    async look(known, aws) {
      const name = outputOf(known, 'Workgroup');
      const state = await aws.workgroupState(name);
      return state === 'ENABLED'
        ? well(`${name} is ENABLED`)
        : wrong(
            `The workgroup ${name} is ${state ?? 'not there'}.`,
            'Enable it in Athena, or deploy the stack again.',
          );
    },
  },
  {
    name: 'alarms',
    needs: 'stack',
    async look(_known, aws, { stack }) {
      const alarms = await aws.alarmsOf(stack);
      const ringing = alarms.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
      return ringing.length === 0
        ? well(`${alarms.length}, none of them in ALARM`)
        : wrong(
            `In ALARM: ${ringing.join(', ')}.`,
            'docs/metrics.md says of each what it means and what to do.',
          );
    },
  },
];

/** A pattern that can match what AWS sends: one of no other source and no other shape. */
function isPattern(text: string | undefined): boolean {
  try {
    const pattern = JSON.parse(text ?? '');
    const { source } = pattern;
    if (!Array.isArray(source)) return Object.keys(pattern).length > 0;
    return source.some((one) => typeof one === 'object' || String(one).startsWith('aws.'));
  } catch {
    return false;
  }
}

/** Looks at one thing after another. What rests on something that is not there is left out. */
export async function* examine(aws: DoctorAws, options: DoctorOptions): AsyncGenerator<Finding> {
  const known: Known = {};
  for (const { name, needs, look } of checks) {
    if (needs !== undefined && known[needs] === undefined) continue;
    yield { check: name, ...(await lookSafely(() => look(known, aws, options))) };
  }
}

async function lookSafely(look: () => Promise<Look>): Promise<Look> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof DeniedError) {
      return wrong(
        `It may not be looked at: ${error.message}.`,
        `Grant ${error.permission}, or ask somebody who has it.`,
      );
    }
    const { name, message } = error as Error;
    return wrong(
      `AWS answered ${name}: ${message}`,
      'Try again; if it stays, look there in the console.',
    );
  }
}
