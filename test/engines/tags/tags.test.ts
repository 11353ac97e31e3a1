import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../src/json.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { epochMsOf } from '../../../src/rows/time.ts';
import { ec2LookUp } from '../../../src/tags/ec2-look-up.ts';
import { type Home, keyOf } from '../../../src/tags/home.ts';
import type { TagSet } from '../../../src/tags/tag-set.ts';
import { createTags, type Tags } from '../../../src/tags/tags.ts';
import { noonMs, otherAccount, ownAccount } from '../../support/tags-fixture.ts';
import { runRecords } from '../../support/transform-fixture.ts';
import { type CallTags, type HomeAtMoto, openHome } from './account.ts';
import { type Moto, startMoto } from './moto.ts';

// What moto says of the tags of its instances, held against every row: instances are run, tagged,
// untagged and terminated through the real client, their events come as CloudTrail would send them, and
// what the stream does not tell the real look-up asks moto for.

const homes: readonly Home[] = [
  { account: ownAccount, region: 'eu-west-1' },
  { account: ownAccount, region: 'us-east-1' },
  { account: otherAccount, region: 'eu-west-1' },
];

let moto: Moto;
let accounts: HomeAtMoto[];
beforeAll(async () => {
  moto = await startMoto(process.env.EVENTLAKE_TEST_MOTO as string);
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_ENDPOINT_URL_EC2: moto.url,
    AWS_ENDPOINT_URL_STS: moto.url,
  });
  accounts = await Promise.all(homes.map((home) => openHome(moto.url, home)));
});
afterAll(() => moto?.close());

interface Step {
  readonly home: number;
  readonly instance: number;
  readonly kind: 'run' | 'put' | 'delete' | 'deleteIf' | 'deleteAll' | 'stop' | 'terminate';
  readonly tags: CallTags;
  readonly afterMs: number;
  /** Whether CloudTrail tells of it, and EC2 of the change of tags. */
  readonly isCallTold: boolean;
  readonly isChangeTold: boolean;
  /** Whether a batch ends here; else its event is delivered later. */
  readonly isDelivered: boolean;
  readonly isDoubled: boolean;
  readonly isRestart: boolean;
}

const step = fc.record({
  home: fc.nat(homes.length - 1),
  instance: fc.nat(20),
  kind: fc.constantFrom<Step['kind'][]>(
    'run',
    'run',
    'put',
    'put',
    'put',
    'delete',
    'deleteIf',
    'deleteAll',
    'stop',
    'stop',
    'terminate',
  ),
  tags: fc.uniqueArray(
    fc.record({
      Key: fc.constantFrom('Name', 'name', 'team', '\u00e9<&>'),
      Value: fc.constantFrom('a', 'b', '', 'x & y'),
    }),
    { minLength: 1, maxLength: 3, selector: ({ Key }) => Key },
  ),
  afterMs: fc.constantFrom(1000, 20_000, 60_000, 3_600_000, 30 * 3_600_000),
  isCallTold: fc.boolean(),
  isChangeTold: fc.boolean(),
  isDelivered: fc.boolean(),
  isDoubled: fc.nat(5).map((n) => n === 0),
  isRestart: fc.nat(12).map((n) => n === 0),
});

/** An instance, and its tags as moto told them after each call: the earliest first. */
interface Instance {
  readonly at: HomeAtMoto;
  readonly id: string;
  readonly history: { readonly ms: number; readonly tags: TagSet }[];
  version: number;
  isTerminated: boolean;
}

/** Lives a history; every batch that ends is handed on, with what moto says at that moment. */
async function live(
  steps: readonly Step[],
  onRow: (row: NonNullable<Row['instances']>[number], instance: Instance, nowMs: number) => void,
): Promise<void> {
  const instances = new Map<string, Instance>();
  let waiting: Json[] = [];
  let tags = createLookingTags();
  let nowMs = noonMs;

  for (const one of steps) {
    nowMs += one.afterMs;
    if (one.isRestart) tags = createLookingTags();
    waiting.push(...(await take(one)));
    if (one.isDelivered) await deliver();
  }
  await deliver();

  async function take(step: Step): Promise<Json[]> {
    const at = accounts[step.home] as HomeAtMoto;
    const here = [...instances.values()].filter((one) => one.at === at && !one.isTerminated);
    const instance = here[step.instance % here.length];
    if (step.kind === 'run' || !instance) {
      const { ids, event } = await at.run(1 + (step.instance % 2), step.tags, nowMs);
      for (const id of ids) {
        const history = [{ ms: nowMs, tags: await at.tagsOf(id) }];
        instances.set(keyOf(at.home, id), { at, id, history, version: 1, isTerminated: false });
      }
      return step.isCallTold ? [event] : [];
    }
    const { id, history } = instance;
    const keys = step.tags.map(({ Key }) => Key);
    const call: Record<Exclude<Step['kind'], 'run'>, () => Promise<Json>> = {
      put: () => at.createTags([id], step.tags, nowMs),
      delete: () =>
        at.deleteTags(
          [id],
          keys.map((Key) => ({ Key })),
          nowMs,
        ),
      deleteIf: () => at.deleteTags([id], step.tags, nowMs),
      deleteAll: () => at.deleteTags([id], undefined, nowMs),
      stop: () => at.stop(id, nowMs),
      terminate: () => at.terminate(id, nowMs),
    };
    const event = await call[step.kind]();
    history.push({ ms: nowMs, tags: await at.tagsOf(id) });
    if (step.kind === 'terminate') instance.isTerminated = true;
    const isChange = !['stop', 'terminate'].includes(step.kind);
    const change =
      isChange && step.isChangeTold
        ? [await at.tagChange(id, keys, ++instance.version, nowMs)]
        : [];
    return [...(step.isCallTold ? [event] : []), ...change];
  }

  async function deliver(): Promise<void> {
    const isDoubled = steps.length > 0 && (steps[0] as Step).isDoubled;
    const batch = isDoubled ? [...waiting, ...waiting.toReversed()] : waiting;
    waiting = [];
    if (batch.length === 0) return;
    const { answers } = await runRecords(
      batch.map((event) => JSON.stringify(event)),
      { tags, nowMs },
    );
    for (const row of answers.flatMap(({ rows = [] }) => rows)) {
      for (const told of row.instances ?? []) {
        const home = { account: row.account as string, region: row.region as string };
        const instance = instances.get(keyOf(home, told.instance_id as string));
        onRow(told, instance as Instance, nowMs);
      }
    }
  }
}

const createLookingTags = (): Tags =>
  createTags({
    lookUp: ec2LookUp(),
    members: { role: 'eventlake-member', accounts: new Set([otherAccount]) },
  });

test('the accounts and Regions at moto know nothing of each other', async () => {
  const [own, ownElsewhere, other] = accounts as [HomeAtMoto, HomeAtMoto, HomeAtMoto];
  const { ids } = await other.run(1, [{ Key: 'team', Value: 'a' }], noonMs);
  const [id = ''] = ids;

  expect({ ...(await other.tagsOf(id)) }).toEqual({ team: 'a' });
  expect({ ...(await own.tagsOf(id)) }).toEqual({});
  expect({ ...(await ownElsewhere.tagsOf(id)) }).toEqual({});
});

test('all instances of an account and Region are asked for at once, after four calls', async () => {
  const [, at] = accounts as [HomeAtMoto, HomeAtMoto];
  const tagged = await at.run(7, [{ Key: 'team', Value: 'a' }], noonMs);
  const [untagged = ''] = (await at.run(1, [], noonMs)).ids;
  const tags = createLookingTags();
  const sourceOf = async (id: string) => {
    const event = JSON.stringify(await at.stop(id, noonMs));
    const { answers } = await runRecords([event], { tags, nowMs: noonMs });
    const [told] = answers[0]?.rows?.[0]?.instances ?? [];
    return [told?.tag_status, told?.tag_source, { ...told?.tags }];
  };

  const sources: unknown[] = [];
  for (const id of [...tagged.ids, untagged]) sources.push(await sourceOf(id));

  const team = { team: 'a' };
  expect(sources).toEqual([
    ...Array(5).fill(['found', 'lookup', team]),
    ...Array(2).fill(['found', 'cache', team]),
    ['none', 'lookup', {}],
  ]);
});

const seeds = { numRuns: 25, endOnFailure: true };

const toldStop: Step = {
  home: 0,
  instance: 0,
  kind: 'stop',
  tags: [{ Key: 'team', Value: 'a' }],
  afterMs: 20_000,
  isCallTold: true,
  isChangeTold: true,
  isDelivered: true,
  isDoubled: false,
  isRestart: false,
};

/** The tags of one instance are told by its run and remembered; those of the other are looked up, and kept. */
const everySource: Step[] = [
  { ...toldStop, kind: 'run' },
  toldStop,
  { ...toldStop, kind: 'run', isCallTold: false },
  { ...toldStop, instance: 1 },
  { ...toldStop, instance: 1 },
];

test('every row has the tags that moto had at its tag_time, whatever is told late, twice or not at all', async () => {
  let rows = 0;
  const sources = new Set<string | undefined>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await live(steps, (told, { history }) => {
        rows += 1;
        sources.add(told.tag_source);
        const timeMs = epochMsOf(told.tag_time as string);
        const then = history.findLast(({ ms }) => ms <= timeMs);
        expect(then).toBeDefined();
        expect({ ...told.tags }).toEqual({ ...then?.tags });
        expect(told.tag_status).toBe(Object.keys({ ...then?.tags }).length > 0 ? 'found' : 'none');
      });
    }),
    { ...seeds, examples: [[everySource]] },
  );
  expect(rows).toBeGreaterThan(100);
  expect([...sources].sort()).toEqual(['cache', 'event', 'lookup', 'stream']);
});

test('every row has the tags that moto has at that moment, where each call is told at once', async () => {
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const told = steps.map((one) => ({ ...one, isCallTold: true, isDelivered: true }));
      await live(told, ({ tags }, { history }) => {
        rows += 1;
        expect({ ...tags }).toEqual({ ...history.at(-1)?.tags });
      });
    }),
    seeds,
  );
  expect(rows).toBeGreaterThan(100);
});
