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
 * Batches that somebody made to break the function: a process of its own runs one of them, named by its
 * argument, and tells what it took. A hundred good events come before it and a hundred behind.
 */
export interface HostileBatch {
  readonly records: () => readonly (string | Uint8Array)[];
  /** Default: nobody knows any. */
  readonly tags?: Tags;
}

/** What a batch took, and what became of its good events. */
export interface Taken {
  readonly maxRssMb: number;
  readonly cpuMs: number;
  readonly goodRows: number;
}

const documentBytes = 1280 * 1024;
const gzipOf = (...documents: readonly string[]) => gzipSync(documents.join('\n'));
const upTo = (bytes: number, text: string) => text.repeat(Math.floor(bytes / text.length));
const idOf = (index: number) => `i-${`${index}`.padStart(8, '0')}`;

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

/** So many as an instance may have, so large as they may be. */
const largestTags: Tags = {
  ...noTags,
  answer: async (requests) => {
    const tags = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`${index}`.padEnd(128, 'k'), 'v'.repeat(256)]),
    );
    return requests.map(() => ({ status: 'found', tags, source: 'lookup', timeMs: 0 }));
  },
};

export const hostileBatches: Readonly<Record<string, HostileBatch>> = {
  'parts that are no events': {
    records: () => Array(90).fill(gzipOf('1 '.repeat(49_999))),
  },
  'parts that are no events, beside one that is': {
    records: () => Array(50).fill(gzipOf(busEvent('x') + ' 1'.repeat(49_998))),
  },
  'as many of them as may be, in thousands of records': {
    records: () => Array(5_000).fill(gzipOf('1 '.repeat(1_000))),
  },
  'as many of them as may be beside one that is, in thousands of records': {
    records: () => Array(5_000).fill(gzipOf(busEvent('x') + ' 1'.repeat(1_000))),
  },
  'tiny events': {
    records: () => Array(31).fill(gzipOf(upTo(1024 * 1024, '{"source":"a","detail-type":"b"}'))),
  },
  'events of a thousand instances': {
    records: () => Array(26).fill(gzipOf(upTo(documentBytes, ofThousandInstances()))),
  },
  'instances with the largest tags': {
    records: () => [gzipOf(...Array.from({ length: 8_000 }, (_, index) => ofInstance(index)))],
    tags: largestTags,
  },
  'calls that change ten thousand tags of ten thousand instances': {
    records: () => {
      const tags = Array.from({ length: 10_000 }, (_, index) => ({ key: `k${index}`, value: 'v' }));
      const ids = Array.from({ length: 10_000 }, (_, index) => ({ resourceId: idOf(index) }));
      const requestParameters = { resourcesSet: { items: ids }, tagSet: { items: tags } };
      const call = trailRecord('x', { eventName: 'CreateTags', requestParameters });
      return Array(15).fill(gzipOf(call));
    },
    tags: createTags({ lookUp: undefined }),
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
    tags: createTags({ lookUp: undefined }),
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
  'bombs of blanks': {
    records: () => Array(1_000).fill(gzipOf(' '.repeat(documentBytes))),
  },
  'bombs that pass their bounds': {
    records: () => Array(3_000).fill(gzipOf(' '.repeat(documentBytes + 1))),
  },
  'bombs of brackets': {
    records: () => Array(1_000).fill(gzipOf(upTo(documentBytes, '{}'))),
  },
};

async function take({ records, tags = noTags }: HostileBatch): Promise<Taken> {
  const good = Array.from({ length: 100 }, (_, index) => busEvent(`good ${index}`));
  const hostile = records();
  const invocation = invocationOf([...good, ...hostile, ...good]);
  const startMs = performance.now();
  const before = process.cpuUsage();
  const { outcomes } = await transform(
    invocation,
    {
      configuration: configurationOf({}),
      tags,
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
  return {
    maxRssMb: process.resourceUsage().maxRSS / 1000,
    cpuMs: (user + system) / 1000,
    goodRows: ofGood.filter(({ result }) => result === 'Ok').length,
  };
}

if (import.meta.main) {
  const batch = hostileBatches[process.argv[2] as string] as HostileBatch;
  process.stdout.write(JSON.stringify(await take(batch)));
}
