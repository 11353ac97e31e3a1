import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { recognise } from '../../src/events/event.ts';
import type { Json } from '../../src/json.ts';
import { partitionOf } from '../../src/partition/partition.ts';
import { defaultSources } from '../../src/partition/sources.ts';
import { rowOf } from '../../src/rows/row.ts';
import type { Row } from '../../src/rows/schema.ts';
import { rowTimeOf } from '../../src/rows/time.ts';

/** How busy an invented company is. The same numbers give the same events. */
export interface Business {
  readonly instances: number;
  readonly days: number;
  /** Calls that only read, beside all else. */
  readonly reads: number;
  readonly seed?: number;
  /** Adds what somebody who wants to harm the reader would write. */
  readonly isHostile?: boolean;
}

type Event = Record<string, Json>;

/** An event, and what is known of its instances' tags. */
export interface BusyEvent {
  readonly event: Event;
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const firstMs = Date.UTC(2026, 9, 26);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const accounts = ['123456789012', '111122223333'] as const;
const teams = ['storefront', 'payments', 'data', 'platform', 'research'] as const;
const purposes: Readonly<Record<(typeof teams)[number], readonly string[]>> = {
  storefront: ['web', 'search', 'cart'],
  payments: ['ledger', 'gateway'],
  data: ['etl', 'spark', 'notebook'],
  platform: ['bastion', 'runner', 'proxy'],
  research: ['trainer', 'sandbox'],
};

interface Actor {
  readonly role: string;
  readonly session: string;
  readonly key: string;
  readonly address: string;
  readonly agent: string;
}

const cli = 'aws-cli/2.31.18 md/awscrt#0.28.2 ua/2.1 os/linux#6.12 lang/python#3.13.7';
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const person = (
  role: string,
  session: string,
  key: string,
  address: string,
  agent: string,
): Actor => ({ role, session, key, address, agent });

const boto = 'Boto3/1.41.2 md/Botocore#1.41.2';
const scheduler = person('night-ops', 'scheduler', 'ASIAEXAMPLESCHED00001', '10.20.0.14', boto);
const alice = person('storefront-dev', 'alice', 'ASIAEXAMPLEALICE00001', '198.51.100.24', cli);
const bob = person('storefront-dev', 'bob', 'ASIAEXAMPLEBOB0000001', '198.51.100.31', browser);
const carol = person('data-eng', 'carol', 'ASIAEXAMPLECAROL00001', '198.51.100.77', cli);
const dave = person('platform-admin', 'dave', 'ASIAEXAMPLEDAVE000001', '203.0.113.5', browser);
const erin = person('research', 'erin', 'ASIAEXAMPLEERIN000001', '192.0.2.60', cli);
const ci = person(
  'deploy',
  'ci-4711',
  'ASIAEXAMPLECI00000001',
  '192.0.2.17',
  'aws-sdk-go-v2/1.41.0',
);
const job = person('etl-node', 'glue', 'ASIAEXAMPLEETL0000001', '10.20.3.9', 'aws-sdk-java/2.36.1');
const meter = person(
  'monitoring',
  'collector',
  'ASIAEXAMPLEMONITOR001',
  '10.20.0.40',
  'Prometheus/3.5',
);
const people = [scheduler, alice, bob, carol, dave, erin, ci, job, meter];

/** Who uses a key that was left in a public place. */
const thief: Actor = {
  ...job,
  address: '203.0.113.66',
  agent: 'python-requests/2.32.5',
};

const readCalls = [
  ['ec2', 'DescribeInstances', 8],
  ['ec2', 'DescribeVolumes', 3],
  ['s3', 'ListBuckets', 2],
  ['s3', 'GetBucketPolicy', 2],
  ['sts', 'AssumeRole', 7],
  ['monitoring', 'GetMetricData', 8],
  ['logs', 'DescribeLogGroups', 3],
  ['kms', 'Decrypt', 6],
  ['lambda', 'GetFunction', 3],
  ['dynamodb', 'DescribeTable', 2],
  ['rds', 'DescribeDBInstances', 2],
  ['ecr', 'BatchGetImage', 3],
  ['ssm', 'GetParameter', 4],
  ['secretsmanager', 'GetSecretValue', 2],
  ['autoscaling', 'DescribeAutoScalingGroups', 2],
  ['glue', 'GetTable', 3],
  ['iam', 'GetRole', 1],
] as const;
const weighted = readCalls.flatMap(([service, name, weight]) =>
  Array.from({ length: weight }, () => [service, name] as const),
);

/** What somebody writes who wants the reader's page to do something else. */
export const hostileTexts = {
  script: '</script><img src=x onerror="document.title=\'pwned\'">',
  link: 'javascript:document.title="pwned"',
  turned: 'web\u202Egpj.exe',
  long: `begin-${'A'.repeat(100_000)}-end`,
  half: 'half \uD83D of a pair',
  quote: `'"><svg/onload=document.title='pwned'>`,
} as const;

/** Numbers that look random and are the same every time (mulberry32, of the public domain). */
function createRandom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');
  return {
    next,
    hex,
    /** From 0 to below `below`. */
    whole: (below: number) => Math.floor(next() * below),
    one: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T,
    id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}

interface Instance {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly tags: Record<string, string>;
  readonly purpose: string;
  /** `always`, by office hours, or as long as the market lets it. */
  readonly life: 'always' | 'office' | 'spot';
}

/**
 * Events of a month of an invented company, every id fresh: instances that work by office hours or
 * always, Spot interruptions, tag changes, calls that fail, a key that was stolen, sign-ins, changes.
 */
export function* eventsOfMonth({
  instances: count,
  days,
  reads,
  seed = 1,
  isHostile = false,
}: Business): Generator<BusyEvent> {
  const random = createRandom(seed);
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const endMs = firstMs + days * dayMs;
  const noTags = new Map<string, Record<string, string>>();

  const instances = Array.from({ length: count }, (_, at): Instance => {
    const team = teams[at % teams.length] ?? 'platform';
    const purpose = random.one(purposes[team]);
    return {
      id: `i-0${random.hex(16)}`,
      account: at % 7 === 6 ? accounts[1] : accounts[0],
      region: at % 4 === 3 ? 'us-east-1' : 'eu-west-1',
      purpose,
      life: team === 'research' ? 'spot' : at % 3 === 0 ? 'always' : 'office',
      tags: {
        Name: `${purpose}-${Math.floor(at / teams.length) + 1}`,
        team,
        env: at % 3 === 0 ? 'production' : 'development',
      },
    };
  });
  if (isHostile && instances.length > 3) {
    const texts = [hostileTexts.script, hostileTexts.turned, hostileTexts.long, hostileTexts.quote];
    for (const [at, text] of texts.entries()) {
      const { tags } = instances[at] as Instance;
      tags.Name = text;
      tags[text] = 'x';
    }
  }

  const tagsOf = (list: readonly Instance[]) => new Map(list.map(({ id, tags }) => [id, tags]));

  function call(
    ms: number,
    service: string,
    name: string,
    actor: Actor,
    more: Event = {},
    { account = accounts[0] as string, region = 'eu-west-1', readOnly = false } = {},
  ): Event {
    const record: Event = {
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        principalId: `AROAEXAMPLE${actor.role.toUpperCase().replace(/\W/g, '')}:${actor.session}`,
        arn: `arn:aws:sts::${account}:assumed-role/${actor.role}/${actor.session}`,
        accountId: account,
        accessKeyId: actor.key,
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: `AROAEXAMPLE${actor.role.toUpperCase().replace(/\W/g, '')}`,
            arn: `arn:aws:iam::${account}:role/${actor.role}`,
            accountId: account,
            userName: actor.role,
          },
          attributes: { creationDate: iso(ms - hourMs), mfaAuthenticated: 'false' },
        },
      },
      eventTime: iso(ms),
      eventSource: `${service}.amazonaws.com`,
      eventName: name,
      awsRegion: region,
      sourceIPAddress: actor.address,
      userAgent: actor.agent,
      requestParameters: null,
      responseElements: null,
      requestID: random.id(),
      eventID: random.id(),
      readOnly,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
      ...more,
    };
    // Half of a company's events come from a trail's files, half over EventBridge.
    if (service === 'sts') return record;
    return {
      version: '0',
      id: random.id(),
      'detail-type': 'AWS API Call via CloudTrail',
      source: `aws.${service}`,
      account,
      time: iso(ms),
      region,
      resources: [],
      detail: record,
    };
  }

  function notice(
    ms: number,
    source: string,
    detailType: string,
    detail: Event,
    of?: Instance,
  ): Event {
    const { account, region } = of ?? { account: accounts[0], region: 'eu-west-1' };
    return {
      version: '0',
      id: random.id(),
      'detail-type': detailType,
      source,
      account,
      time: iso(ms),
      region,
      resources: of ? [`arn:aws:ec2:${region}:${account}:instance/${of.id}`] : [],
      detail,
    };
  }

  const state = (ms: number, of: Instance, name: string): BusyEvent => ({
    event: notice(
      ms,
      'aws.ec2',
      'EC2 Instance State-change Notification',
      { 'instance-id': of.id, state: name },
      of,
    ),
    tags: tagsOf([of]),
  });

  function* change(
    ms: number,
    name:
      | 'StartInstances'
      | 'StopInstances'
      | 'RunInstances'
      | 'TerminateInstances'
      | 'RebootInstances',
    list: readonly Instance[],
    actor: Actor,
  ): Generator<BusyEvent> {
    const [first] = list;
    if (!first || ms >= endMs) return;
    const steps = {
      StartInstances: ['pending', 'running'],
      RunInstances: ['pending', 'running'],
      StopInstances: ['stopping', 'stopped'],
      TerminateInstances: ['shutting-down', 'terminated'],
      RebootInstances: [],
    }[name];
    const items = list.map(({ id }) => ({ instanceId: id }));
    yield {
      event: call(
        ms,
        'ec2',
        name,
        actor,
        { requestParameters: { instancesSet: { items } } },
        first,
      ),
      tags: tagsOf(list),
    };
    for (const one of list) {
      let at = ms + 1000 + random.whole(2000);
      for (const step of steps) {
        if (at < endMs) yield state(at, one, step);
        at += 20_000 + random.whole(50_000);
      }
    }
  }

  const groups = Map.groupBy(instances, ({ account, region, tags, life }) =>
    [account, region, tags.team, life].join(' '),
  );

  for (let day = 0; day < days; day++) {
    const dayStart = firstMs + day * dayMs;
    const weekday = new Date(dayStart).getUTCDay();
    const isWorkday = weekday > 0 && weekday < 6;

    for (const list of groups.values()) {
      const [first] = list;
      if (first?.life === 'office' && isWorkday) {
        const some = list.filter(() => random.next() < 0.9);
        const morning = dayStart + 6.5 * hourMs + random.whole(hourMs);
        yield* change(morning, 'StartInstances', some, scheduler);
        const late = some.filter(() => random.next() < 0.2);
        yield* change(
          dayStart + 18 * hourMs + random.whole(hourMs),
          'StopInstances',
          some.filter((one) => !late.includes(one)),
          scheduler,
        );
        yield* change(
          dayStart + 20 * hourMs + random.whole(2 * hourMs),
          'StopInstances',
          late,
          random.one([alice, carol, dave]),
        );
      }
      if (first?.life === 'always') {
        for (const one of list) {
          if (day === 0) yield* change(dayStart + random.whole(dayMs), 'RunInstances', [one], ci);
          if (random.next() < 0.05) {
            yield* change(dayStart + random.whole(dayMs), 'RebootInstances', [one], dave);
          }
        }
      }
      if (first?.life === 'spot') {
        for (const one of list) {
          const step = (day + Number.parseInt(one.id.slice(-2), 16)) % 6;
          if (step === 0) {
            yield* change(
              dayStart + 8 * hourMs + random.whole(hourMs),
              'StartInstances',
              [one],
              erin,
            );
          }
          if (step === 2) {
            const ms = dayStart + random.whole(dayMs - hourMs);
            yield {
              event: notice(
                ms,
                'aws.ec2',
                'EC2 Spot Instance Interruption Warning',
                { 'instance-id': one.id, 'instance-action': 'stop' },
                one,
              ),
              tags: tagsOf([one]),
            };
            yield state(ms + 120_000, one, 'stopping');
            yield state(ms + 150_000, one, 'stopped');
          }
        }
      }
    }

    for (const one of instances) {
      if (random.next() < 0.01) {
        one.tags.owner = random.one(['alice', 'bob', 'carol', 'dave']);
        const ms = dayStart + 9 * hourMs + random.whole(8 * hourMs);
        yield {
          event: call(
            ms,
            'ec2',
            'CreateTags',
            random.one([alice, bob, carol]),
            {
              requestParameters: {
                resourcesSet: { items: [{ resourceId: one.id }] },
                tagSet: { items: [{ key: 'owner', value: one.tags.owner }] },
              },
              responseElements: { _return: true },
            },
            one,
          ),
          tags: tagsOf([one]),
        };
        yield {
          event: notice(
            ms + 1500,
            'aws.tag',
            'Tag Change on Resource',
            {
              'changed-tag-keys': ['owner'],
              service: 'ec2',
              'resource-type': 'instance',
              version: 2,
              tags: { ...one.tags },
            },
            one,
          ),
          tags: tagsOf([one]),
        };
      }
      if (random.next() < 0.002) {
        const arn = `arn:aws:ec2:${one.region}:${one.account}:instance/${one.id}`;
        yield {
          event: notice(
            dayStart + random.whole(dayMs),
            'aws.health',
            'AWS Health Event',
            {
              eventArn: `arn:aws:health:${one.region}::event/EC2/AWS_EC2_MAINTENANCE/${random.hex(12)}`,
              service: 'EC2',
              eventTypeCode: 'AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED',
              eventTypeCategory: 'scheduledChange',
              statusCode: 'upcoming',
              affectedEntities: [{ entityValue: arn }],
            },
            one,
          ),
          tags: tagsOf([one]),
        };
      }
    }

    // What only reads: by the hour of the day, most of it by machines.
    const readsOfDay = Math.round((reads / days) * (isWorkday ? 1.15 : 0.62));
    for (let read = 0; read < readsOfDay; read++) {
      const hour = random.next() < 0.5 ? random.whole(24) : 7 + random.whole(11);
      const ms = dayStart + hour * hourMs + random.whole(hourMs);
      const [service, name] = random.one(weighted);
      const actor = random.one(people);
      const isDenied = random.next() < (actor.role === 'research' ? 0.04 : 0.004);
      yield {
        event: call(
          ms,
          service,
          name,
          actor,
          isDenied
            ? {
                errorCode: service === 'ec2' ? 'Client.UnauthorizedOperation' : 'AccessDenied',
                errorMessage: `User: arn:aws:sts::123456789012:assumed-role/${actor.role}/${actor.session} is not authorized to perform: ${service}:${name}`,
              }
            : random.next() < 0.003
              ? { errorCode: 'ThrottlingException', errorMessage: 'Rate exceeded' }
              : {},
          { readOnly: true, account: random.next() < 0.15 ? accounts[1] : accounts[0] },
        ),
        tags: noTags,
      };
    }

    for (let build = 0; build < (isWorkday ? 12 : 2); build++) {
      yield {
        event: notice(
          dayStart + 8 * hourMs + random.whole(10 * hourMs),
          'aws.codebuild',
          'CodeBuild Build State Change',
          {
            'build-status': random.next() < 0.15 ? 'FAILED' : 'SUCCEEDED',
            'project-name': 'storefront',
            'build-id': `arn:aws:codebuild:eu-west-1:123456789012:build/storefront:${random.id()}`,
          },
        ),
        tags: noTags,
      };
    }

    for (const [name, mfa] of [
      ['dave', 'Yes'],
      ['bob', 'No'],
      ['carol', 'Yes'],
    ] as const) {
      if (!isWorkday || random.next() < 0.3) continue;
      const isFailed = random.next() < 0.12;
      yield {
        event: signIn(dayStart + 7 * hourMs + random.whole(3 * hourMs), name, mfa, isFailed),
        tags: noTags,
      };
    }

    if (isWorkday && random.next() < 0.5) {
      yield {
        event: call(
          dayStart + 11 * hourMs + random.whole(5 * hourMs),
          'iam',
          'AttachRolePolicy',
          dave,
          {
            requestParameters: {
              roleName: random.one(people).role,
              policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
            },
            awsRegion: 'us-east-1',
          },
          { region: 'us-east-1' },
        ),
        tags: noTags,
      };
    }
    if (isWorkday && random.next() < 0.6) {
      yield {
        event: call(
          dayStart + 10 * hourMs + random.whole(6 * hourMs),
          'ec2',
          random.one([
            'AuthorizeSecurityGroupIngress',
            'RevokeSecurityGroupIngress',
            'CreateRoute',
          ]),
          random.one([dave, carol]),
          {
            requestParameters: { groupId: `sg-0${random.hex(16)}` },
            responseElements: { _return: true },
          },
        ),
        tags: noTags,
      };
    }

    // Two thirds through the month, the key of a job is used by somebody else.
    if (day === Math.floor(days * 0.66)) {
      const night = dayStart + 2 * hourMs;
      const tries = ['ListUsers', 'CreateUser', 'AttachUserPolicy', 'CreateAccessKey', 'ListRoles'];
      for (let at = 0; at < 60; at++) {
        yield {
          event: call(
            night + at * 45_000,
            at % 3 === 0 ? 's3' : 'iam',
            at % 3 === 0 ? 'ListBuckets' : (tries[at % tries.length] ?? ''),
            thief,
            at % 3 === 0
              ? {}
              : {
                  errorCode: 'AccessDenied',
                  errorMessage:
                    'User: arn:aws:sts::123456789012:assumed-role/etl-node/glue is not authorized to perform this with an explicit deny',
                },
            { readOnly: at % 3 === 0 || (tries[at % tries.length] ?? '').startsWith('List') },
          ),
          tags: noTags,
        };
      }
      yield* change(
        night + hourMs,
        'StopInstances',
        instances
          .filter(
            ({ tags, account, region }) =>
              tags.team === 'payments' && account === accounts[0] && region === 'eu-west-1',
          )
          .slice(0, 12),
        thief,
      );
      yield { event: signIn(night + 2 * hourMs, 'root', 'No', false), tags: noTags };
    }
  }

  if (isHostile) {
    const ms = firstMs + 10 * hourMs;
    for (const text of Object.values(hostileTexts)) {
      const actor = {
        role: text,
        session: text,
        key: 'AKIAEXAMPLEHOSTILE000',
        address: text,
        agent: text,
      };
      yield {
        event: call(ms, 'iam', text, actor, {
          errorCode: text,
          errorMessage: `not authorized ${text}`,
          requestParameters: { userName: text },
        }),
        tags: noTags,
      };
      yield { event: notice(ms, text, text, { text }), tags: noTags };
      const [first] = instances;
      if (first) {
        yield {
          event: call(
            ms,
            'ec2',
            text,
            actor,
            {
              requestParameters: { instancesSet: { items: [{ instanceId: first.id }] } },
              errorCode: text,
            },
            first,
          ),
          tags: tagsOf([first]),
        };
      }
    }
  }

  function signIn(ms: number, name: string, mfa: 'Yes' | 'No', isFailed: boolean): Event {
    const isRoot = name === 'root';
    return {
      version: '0',
      id: random.id(),
      'detail-type': 'AWS Console Sign In via CloudTrail',
      source: 'aws.signin',
      account: accounts[0],
      time: iso(ms),
      region: 'us-east-1',
      resources: [],
      detail: {
        eventVersion: '1.11',
        userIdentity: isRoot
          ? {
              type: 'Root',
              principalId: accounts[0],
              arn: `arn:aws:iam::${accounts[0]}:root`,
              accountId: accounts[0],
            }
          : {
              type: 'IAMUser',
              principalId: `AIDAEXAMPLE${name.toUpperCase()}`,
              arn: `arn:aws:iam::${accounts[0]}:user/${name}`,
              accountId: accounts[0],
              userName: name,
            },
        eventTime: iso(ms),
        eventSource: 'signin.amazonaws.com',
        eventName: 'ConsoleLogin',
        awsRegion: 'us-east-1',
        sourceIPAddress: isRoot ? '203.0.113.66' : '198.51.100.31',
        userAgent: browser,
        requestParameters: null,
        responseElements: { ConsoleLogin: isFailed ? 'Failure' : 'Success' },
        ...(isFailed && { errorMessage: 'Failed authentication' }),
        additionalEventData: { MobileVersion: 'No', MFAUsed: mfa },
        eventID: random.id(),
        readOnly: false,
        eventType: 'AwsConsoleSignIn',
        managementEvent: true,
        recipientAccountId: accounts[0],
        eventCategory: 'Management',
      },
    };
  }
}

/** The row of an event, with the tags of its instances, as if it had arrived a moment after it happened. */
function rowWithTags({ event, tags }: BusyEvent): Row {
  const time = (event.eventTime ?? event.time) as string;
  const arrivalMs = Date.parse(time) + 90_000;
  const row = rowOf(recognise(event), arrivalMs);
  for (const instance of row.instances ?? []) {
    const known = tags.get(instance.instance_id ?? '');
    if (!known) continue;
    instance.tags = { ...known };
    instance.tag_status = 'found';
    instance.tag_source = 'cache';
    instance.tag_time = rowTimeOf(arrivalMs);
  }
  return row;
}

/**
 * Writes a lake of a month, an object for each partition, without the stream: its rows are what the
 * function would have made. Beside them lie records that could not become rows.
 * @returns how many rows it has
 */
export function writeBusyLake(folder: string, business: Business): number {
  const rules = { sources: new Set<string>(defaultSources), maxDaysLate: 7 };
  const partitions = new Map<string, string[]>();
  let rows = 0;
  for (const event of eventsOfMonth(business)) {
    const row = rowWithTags(event);
    const { source, day } = partitionOf(row, rules);
    const key = `source=${source}/day=${day}`;
    const lines = partitions.get(key) ?? [];
    if (lines.length === 0) partitions.set(key, lines);
    lines.push(JSON.stringify(row));
    rows += 1;
  }
  for (const [key, lines] of partitions) {
    const path = join(folder, 'events/json', key);
    mkdirSync(path, { recursive: true });
    writeFileSync(
      join(path, 'busy-month.json.gz'),
      gzipSync(`${lines.join('\n')}\n`, { level: 1 }),
    );
  }
  const failed = join(folder, 'errors/type=processing-failed/day=2026-10-27');
  mkdirSync(failed, { recursive: true });
  const reasons = [
    'NOT_JSON: The record is no JSON.',
    'TOO_LARGE: The row is larger than a response.',
  ];
  const failures = [...reasons, reasons[0], ...(business.isHostile ? [hostileTexts.script] : [])];
  writeFileSync(
    join(failed, 'busy-month'),
    failures
      .map((errorMessage, at) =>
        JSON.stringify({
          attemptsMade: 4,
          arrivalTimestamp: firstMs + dayMs + at,
          errorCode: 'Lambda.ProcessingFailedStatus',
          errorMessage,
          attemptEndingTimestamp: firstMs + dayMs + at + 60_000,
          rawData: Buffer.from('{"not": json').toString('base64'),
        }),
      )
      .map((line) => `${line}\n`)
      .join(''),
  );
  return rows;
}
