import { readdirSync, readFileSync } from 'node:fs';
import type { FirehoseRecord, Invocation } from '../src/firehose/contract.ts';
import { parseJson } from '../src/json.ts';

const samples = new URL('../events/readable/', import.meta.url);

/** The project's sample events as texts, one a document: envelopes and bare records. */
export function sampleEvents(): string[] {
  return readdirSync(samples)
    .filter((file) => file.endsWith('.json') && file !== 'tags.json')
    .flatMap((file) => {
      const document = parseJson(readFileSync(new URL(file, samples), 'utf8')) as never;
      const events = (document as { Records?: unknown[] }).Records ?? (document as unknown[]);
      return events.map((event) => JSON.stringify(event));
    });
}

/** An API call reaches a stream a minute or two after it was made. */
const arrivalDelayMs = 90_000;

function timeIn(event: string): number {
  const { time, eventTime } = JSON.parse(event) as { time?: string; eventTime?: string };
  return Date.parse(eventTime ?? time ?? '');
}

/** An invocation of so many records, made of the events in turn. */
export function invocationOf(events: readonly string[], count: number): Invocation {
  const records = Array.from({ length: count }, (_, index): FirehoseRecord => {
    const event = events[index % events.length] as string;
    return {
      recordId: String(index).padStart(56, '4').padEnd(62, '0'),
      approximateArrivalTimestamp: timeIn(event) + arrivalDelayMs,
      data: Buffer.from(event).toString('base64'),
    };
  });
  return {
    invocationId: '00000000-0000-4000-8000-000000000000',
    deliveryStreamArn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/eventlake',
    region: 'eu-west-1',
    records,
  };
}
