import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { FirehoseRecord, Invocation } from '../src/firehose/contract.ts';
import { sampleEvents } from './records.ts';

/**
 * Families of events as a stream brings them, made of the project's written fixtures: each event has ids and
 * times of its own, so that no memo of a whole event helps. The same on every machine.
 */
export interface Family {
  readonly what: string;
  /** The next event, which happened then. */
  readonly next: (eventMs: number) => string;
  /** Events in one gzipped record. */
  readonly zipped?: number;
}

/** Small, and the same everywhere (mulberry32). */
let seed = 1;
function random(below: number): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

function pick<T>(list: readonly T[]): T {
  return list[random(list.length)] as T;
}

function hex(digits: number): string {
  return Array.from({ length: digits }, () => random(16).toString(16)).join('');
}

const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
const instances = Array.from({ length: 1000 }, () => `i-0${hex(16)}`);

type Fields = Record<string, unknown>;

const golden = new URL('../test/golden/rows/', import.meta.url);
const fixtures: readonly Fields[] = [
  ...sampleEvents(),
  ...readdirSync(golden, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.event.json') && !/odd|broken|hostile/.test(file))
    .sort()
    .map((file) => readFileSync(new URL(file, golden), 'utf8')),
].flatMap((text) => {
  const event = JSON.parse(text) as Fields;
  return event.eventTime || event.time ? [event] : [];
});
const isWrapped = ({ 'detail-type': type }: Fields) => String(type).endsWith(' via CloudTrail');
const envelopes = fixtures.filter((event) => event['detail-type'] && !isWrapped(event));
const records = fixtures.flatMap((event) => {
  const record = (isWrapped(event) ? event.detail : event) as Fields;
  return record.eventVersion && record.eventSource && record.eventName ? [record] : [];
});
const instanceId = /\bi-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/g;
const isAbout = (event: Fields) =>
  JSON.stringify({ ...event, userIdentity: 0 }).search(instanceId) !== -1;
const calls = records.filter(({ eventType }) => eventType === 'AwsApiCall');
const plainCalls = calls.filter((event) => event.eventCategory !== 'Data' && !isAbout(event));
const isState = ({ source, 'detail-type': type }: Fields) =>
  `${source}`.startsWith('aws.') && /State|Status|Change|Completed|Failed/.test(`${type}`);

const timeOf = (eventMs: number) => `${new Date(eventMs).toISOString().slice(0, 19)}Z`;

function freshRecord(record: Fields, eventMs: number): Fields {
  return { ...record, eventID: uuid(), requestID: uuid(), eventTime: timeOf(eventMs) };
}

function wrap(record: Fields, type = 'AWS API Call via CloudTrail'): string {
  return JSON.stringify({
    version: '0',
    id: uuid(),
    'detail-type': type,
    source: `aws.${String(record.eventSource).split('.')[0]}`,
    account: '123456789012',
    time: record.eventTime,
    region: record.awsRegion,
    resources: [],
    detail: record,
  });
}

function freshEnvelope(event: Fields, eventMs: number): string {
  return JSON.stringify({ ...event, id: uuid(), time: timeOf(eventMs) });
}

/** The same about other instances. */
const elsewhere = (text: string) => text.replace(instanceId, () => pick(instances));

function stateOfInstance(eventMs: number): string {
  const id = pick(instances);
  return JSON.stringify({
    version: '0',
    id: uuid(),
    'detail-type': 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    account: '123456789012',
    time: timeOf(eventMs),
    region: 'eu-west-1',
    resources: [`arn:aws:ec2:eu-west-1:123456789012:instance/${id}`],
    detail: { 'instance-id': id, state: pick(['pending', 'running', 'stopping', 'stopped']) },
  });
}

const makers = {
  calls: (ms: number) => wrap(freshRecord(pick(plainCalls), ms)),
  instances: (ms: number) => elsewhere(wrap(freshRecord(pick(calls.filter(isAbout)), ms))),
  states: stateOfInstance,
  otherStates: (ms: number) => freshEnvelope(pick(envelopes.filter(isState)), ms),
  s3: (ms: number) =>
    wrap(freshRecord(pick(records.filter(({ eventCategory }) => eventCategory === 'Data')), ms)),
  bare: (ms: number) => JSON.stringify(freshRecord(pick(plainCalls), ms)),
  signIns: (ms: number) =>
    wrap(
      freshRecord(pick(records.filter(({ eventType }) => eventType === 'AwsConsoleSignIn')), ms),
      'AWS Console Sign In via CloudTrail',
    ),
  others: (ms: number) => freshEnvelope(pick(envelopes.filter((event) => !isState(event))), ms),
};

/** Most events of most accounts are calls. */
function mixed(eventMs: number): string {
  const share = random(100);
  if (share < 86) return makers.calls(eventMs);
  if (share < 88) return makers.instances(eventMs);
  if (share < 92) return makers.states(eventMs);
  if (share < 95) return makers.otherStates(eventMs);
  return share < 98 ? makers.others(eventMs) : makers.s3(eventMs);
}

export const families: readonly Family[] = [
  { what: 'a mix: 86 % calls, 4 % states of instances, 10 % others', next: mixed },
  { what: 'API calls', next: makers.calls },
  { what: 'API calls about instances', next: makers.instances },
  { what: 'state changes of instances', next: makers.states },
  { what: 'other state changes', next: makers.otherStates },
  { what: 'S3 data events', next: makers.s3 },
  { what: 'bare records', next: makers.bare },
  { what: 'gzipped files of 200 records', next: makers.bare, zipped: 200 },
  { what: 'sign-ins', next: makers.signIns },
  { what: 'other events', next: makers.others },
];

const startMs = Date.UTC(2026, 10, 20, 12);
/** An API call reaches a stream a minute or two after it was made. */
const delayMs = 90_000;

/** A batch of a family, of so many events, none of which was there before. */
export function invocationOf({ next, zipped }: Family, events: number): Invocation {
  const eventMs = () => startMs + random(60_000);
  const file = () => ({
    Records: Array.from({ length: zipped ?? 0 }, () => JSON.parse(next(startMs))),
  });
  const data = zipped
    ? Array.from({ length: Math.ceil(events / zipped) }, () => gzipSync(JSON.stringify(file())))
    : Array.from({ length: events }, () => Buffer.from(next(eventMs())));
  return {
    invocationId: '00000000-0000-4000-8000-000000000000',
    deliveryStreamArn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/eventlake',
    region: 'eu-west-1',
    records: data.map(
      (bytes, index): FirehoseRecord => ({
        recordId: String(index).padStart(56, '4').padEnd(62, '0'),
        approximateArrivalTimestamp: startMs + delayMs + index,
        data: bytes.toString('base64'),
      }),
    ),
  };
}
