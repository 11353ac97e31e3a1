import { gzipSync } from 'node:zlib';
import { configurationOf } from '../../src/config.ts';
import { createTags, type Tags } from '../../src/tags/tags.ts';
import { transform } from '../../src/transform.ts';
import {
  busEvent,
  invocationOf,
  noTags,
  subscriptionRecord,
  trailRecord,
} from './transform-fixture.ts';

/**
 * Batches that somebody made to break the function, as large as Firehose's buffer lets them be. A process of
 * its own runs one of them, named by its argument, and tells what it took.
 */
export interface HostileBatch {
  readonly records: () => readonly (string | Uint8Array)[];
  /** Default: nobody knows any. */
  readonly tags?: () => Tags;
}

/** template.yaml, `BufferSizeInMBs`: what Firehose hands over at once. */
export const bufferBytes = 1024 * 1024;

/** A hundred good events come before a hostile batch and a hundred behind. */
const good = Array.from({ length: 100 }, (_, index) => busEvent(`good ${index}`));
const goodBytes = 2 * good.reduce((sum, { length }) => sum + length, 0);

const documentBytes = 1280 * 1024;
const gzipOf = (...documents: readonly string[]) => gzipSync(documents.join('\n'));
const upTo = (bytes: number, text: string) => text.repeat(Math.floor(bytes / text.length));
const idOf = (index: number) => `i-${`${index}`.padStart(8, '0')}`;

/** The record, as often as the buffer has room for it. */
const asOftenAsFits = (record: Uint8Array, most = 5_000) =>
  Array<Uint8Array>(Math.min(most, Math.floor((bufferBytes - goodBytes) / record.length))).fill(
    record,
  );

/** Records of documents that gzip makes little of, with as much noise as the ratio asks for. */
export function packed(document: string, copies: number): Uint8Array {
  const noiseBytes = (document.length * copies) / 140;
  return gzipOf(
    ...Array<string>(copies).fill(document),
    busEvent('noise', { noise: noise(noiseBytes) }),
  );
}

/** Text of which gzip makes little less, so that no ratio tells what comes with it; the same each time. */
function noise(length: number): string {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return String.fromCharCode(0x61 + ((state >> 8) % 26));
  };
  return Array.from({ length }, next).join('');
}

const ofThousandInstances = () => {
  const items = Array.from({ length: 1000 }, (_, index) => ({ instanceId: idOf(index) }));
  return trailRecord('i', { requestParameters: { instancesSet: { items } } });
};

const ofInstance = (index: number, id = idOf(index)) =>
  busEvent(`${index}`, {
    'detail-type': 'EC2 Instance State-change Notification',
    detail: { 'instance-id': id, state: 'stopped' },
  });

/** An event with a detail that is written as it is. */
const eventOf = (detail: string) => busEvent('x', { detail: 0 }).replace(/0}$/, () => `${detail}}`);

/** Tag changes of so many instances, and so many events that list all of those. */
export function tagFlood(changes: number, value: string, events: number): string[] {
  const ids = Array.from({ length: changes }, (_, index) => idOf(index));
  const tags = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, value]));
  return [
    ...ids.map((id) =>
      busEvent(id, {
        'detail-type': 'Tag Change on Resource',
        source: 'aws.tag',
        resources: [`arn:aws:ec2:eu-west-1:123456789012:instance/${id}`],
        detail: { service: 'ec2', 'resource-type': 'instance', tags },
      }),
    ),
    ...Array.from({ length: events }, (_, index) => busEvent(`flood ${index}`, { resources: ids })),
  ];
}

/** A document that no parser reads fast: each key has an escape, and no number is JavaScript's. */
export const escapedKeys = (count: number) =>
  eventOf(`{"a":[${Array(count).fill('{"\\n":1.0}')}]}`);

/** Changes a hundred of the largest tags of so many instances; calls differ in the last tag. */
function tagCall(last: string, instances: number): string {
  const tags = Array.from({ length: 100 }, (_, index) => ({
    key: `${index}`.padEnd(100, 'k'),
    value: index === 99 ? last : 'v'.repeat(256),
  }));
  const ids = Array.from({ length: instances }, (_, index) => ({ resourceId: idOf(index) }));
  const requestParameters = { resourcesSet: { items: ids }, tagSet: { items: tags } };
  return trailRecord(last, { eventName: 'CreateTags', requestParameters });
}

const ownTags = () => createTags({ lookUp: undefined });

/** So many as an instance may have, so large as they may be. */
const largestTags = (): Tags => ({
  ...noTags,
  answer: async (requests) => {
    const tags = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`${index}`.padEnd(128, 'k'), 'v'.repeat(256)]),
    );
    return requests.map(() => ({ status: 'found', tags, source: 'lookup', timeMs: 0 }));
  },
});

export const hostileBatches: Readonly<Record<string, HostileBatch>> = {
  'parts that are no events': {
    records: () => asOftenAsFits(gzipOf('1 '.repeat(49_999))),
  },
  'parts that are no events, beside one that is': {
    records: () => asOftenAsFits(gzipOf(busEvent('x') + ' 1'.repeat(49_998))),
  },
  'as many of them as may be': {
    records: () => asOftenAsFits(gzipOf('1 '.repeat(1_000))),
  },
  'as many of them as may be, beside one that is': {
    records: () => asOftenAsFits(gzipOf(busEvent('x') + ' 1'.repeat(1_000))),
  },
  'tiny events': {
    records: () => asOftenAsFits(gzipOf(upTo(1024 * 1024, '{"source":"a","detail-type":"b"}'))),
  },
  'events of a thousand instances': {
    records: () => asOftenAsFits(gzipOf(upTo(documentBytes, ofThousandInstances()))),
  },
  'instances with the largest tags': {
    records: () => [gzipOf(...Array.from({ length: 8_000 }, (_, index) => ofInstance(index)))],
    tags: largestTags,
  },
  'tags that no resource can have, of instances that thousands of events list': {
    records: () => asOftenAsFits(packed(tagFlood(7, '\u0001'.repeat(740), 360).join('\n'), 1)),
    tags: ownTags,
  },
  'the largest tags, of instances that thousands of events list': {
    records: () => asOftenAsFits(gzipOf(...tagFlood(21, '€'.repeat(256), 360))),
    tags: ownTags,
  },
  'calls that change ten thousand tags of ten thousand instances': {
    records: () => {
      const tags = Array.from({ length: 10_000 }, (_, index) => ({ key: `k${index}`, value: 'v' }));
      const ids = Array.from({ length: 10_000 }, (_, index) => ({ resourceId: idOf(index) }));
      const requestParameters = { resourcesSet: { items: ids }, tagSet: { items: tags } };
      const call = trailRecord('x', { eventName: 'CreateTags', requestParameters });
      return asOftenAsFits(gzipOf(call));
    },
    tags: ownTags,
  },
  'calls that change the largest tags of thousands of instances, each another way': {
    records: () =>
      Array.from({ length: 36 }, (_, n) =>
        gzipOf(...[0, 1, 2].map((m) => tagCall(`${3 * n + m}`, 3_000))),
      ),
    tags: ownTags,
  },
  'an instance with ten thousand tags, in thousands of events': {
    records: () => {
      const tags = Object.fromEntries(
        Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 'v']),
      );
      const change = busEvent('x', {
        'detail-type': 'Tag Change on Resource',
        source: 'aws.tag',
        resources: [`arn:aws:ec2:eu-west-1:123456789012:instance/${idOf(0)}`],
        detail: { service: 'ec2', 'resource-type': 'instance', tags },
      });
      return [change, gzipOf(...Array.from({ length: 8_000 }, (_, at) => ofInstance(at, idOf(0))))];
    },
    tags: ownTags,
  },
  'invented instances': {
    records: () =>
      Array.from({ length: 4 }, (_, n) =>
        busEvent(`${n}`, {
          resources: Array.from({ length: 16_000 }, (_, at) => idOf(n * 16_000 + at)),
        }),
      ),
    tags: ownTags,
  },
  'invented instances, in events that list thousands of them again and again': {
    records: () => {
      const resources = Array.from({ length: 2_000 }, (_, at) => idOf(at));
      return asOftenAsFits(packed(busEvent('x', { resources }), 20));
    },
    tags: ownTags,
  },
  'objects whose keys have escapes, and numbers that JavaScript would change': {
    records: () => asOftenAsFits(packed(escapedKeys(95_000), 20)),
  },
  'the same, in as many records as may be': {
    records: () => asOftenAsFits(gzipOf(escapedKeys(95_000))),
  },
  'numbers that JavaScript would change': {
    records: () => asOftenAsFits(gzipOf(eventOf(`[${Array(240_000).fill('1.0')}]`))),
  },
  'keys that no event has': {
    records: () => {
      const keys = Array.from({ length: 2_400 }, (_, n) => [`${n.toString(36)}k`, 1]);
      return asOftenAsFits(packed(busEvent('x', Object.fromEntries(keys)), 300));
    },
  },
  'lists as deep as may be': {
    records: () => {
      const deep = '['.repeat(990) + ']'.repeat(990);
      return asOftenAsFits(packed(eventOf(`[${Array(14).fill(deep)}]`), 300));
    },
  },
  'files in files, each parsed to be seen for one': {
    records: () => {
      const innermost = busEvent('x', { detail: upTo(600_000, 'x') });
      const file = Array(5)
        .fill(0)
        .reduce((text: string) => `{"Records":[${text}]}`, innermost);
      return asOftenAsFits(gzipOf(file));
    },
  },
  'events of nothing but brackets': {
    records: () => {
      const brackets = JSON.parse(`[{}${upTo(documentBytes - 10_000, ',{}')}]`);
      return [gzipOf(...Array(20).fill(busEvent('x', { detail: [noise(8_000), ...brackets] })))];
    },
  },
  'empty lists in messages': {
    records: () => {
      const message = `[${Array(49_000).fill('[]')}]`;
      const messages = Array(200).fill(message);
      return [gzipOf(subscriptionRecord([...messages, noise(200_000)]))];
    },
  },
  'subscription records of millions of members': {
    records: () => {
      const members = upTo(30 * 1024 * 1024, '"":1,');
      const noisy = `"noise":"${noise(230_000)}"`;
      return asOftenAsFits(
        gzipSync(`{${members}"messageType":"DATA_MESSAGE","logEvents":[],${noisy}}`),
      );
    },
  },
  'bombs of blanks': {
    records: () => asOftenAsFits(gzipOf(' '.repeat(documentBytes))),
  },
  'bombs that pass their bounds': {
    records: () => asOftenAsFits(gzipOf(' '.repeat(documentBytes + 1))),
  },
  'bombs of brackets': {
    records: () => asOftenAsFits(gzipOf(upTo(documentBytes, '{}'))),
  },
};

/** What a batch took, and what became of its good events. */
export interface Taken {
  readonly records: number;
  readonly bytes: number;
  readonly work: number;
  readonly cpuMs: number;
  readonly maxRssMb: number;
  readonly goodRows: number;
  /** What became of the others, and of how many. */
  readonly fates: Readonly<Record<string, number>>;
}

/** Takes a batch through the transform, between good events; time goes as it goes. */
export async function takeBatch({ records, tags = () => noTags }: HostileBatch): Promise<Taken> {
  const hostile = records();
  const all = [...good, ...hostile, ...good];
  const invocation = invocationOf(all);
  const startMs = performance.now();
  const before = process.cpuUsage();
  const { outcomes, work } = await transform(
    invocation,
    {
      configuration: configurationOf({}),
      tags: tags(),
      putBatch: async (_arn, carriers) => carriers.map(() => 'accepted'),
    },
    {
      now: Date.now,
      remainingMs: () => 120_000 - (performance.now() - startMs),
      wait: async () => {},
    },
  );
  const { user, system } = process.cpuUsage(before);
  const ofGood = [...outcomes.slice(0, good.length), ...outcomes.slice(-good.length)];
  const fates: Record<string, number> = {};
  for (const outcome of outcomes.slice(good.length, -good.length)) {
    const fate = outcome.result === 'ProcessingFailed' ? outcome.error.code : outcome.result;
    fates[fate] = (fates[fate] ?? 0) + 1;
  }
  return {
    records: all.length,
    bytes: all.reduce((sum, record) => sum + Buffer.byteLength(record), 0),
    work,
    cpuMs: (user + system) / 1000,
    maxRssMb: process.resourceUsage().maxRSS / 1000,
    goodRows: ofGood.filter(({ result }) => result === 'Ok').length,
    fates,
  };
}

if (import.meta.main) {
  const batch = hostileBatches[process.argv[2] as string] as HostileBatch;
  process.stdout.write(JSON.stringify(await takeBatch(batch)));
}
