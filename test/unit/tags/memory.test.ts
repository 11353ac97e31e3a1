import { describe, expect, test } from '@jest/globals';
import { type Knowledge, nothingKnown, withFact } from '../../../src/tags/knowledge.ts';
import { createMemory, type Memory } from '../../../src/tags/memory.ts';
import { at, setOf } from '../../support/tags-fixture.ts';

const known = (tags: Record<string, string>, seconds = 0): Knowledge =>
  withFact(nothingKnown, { timeMs: at(seconds), from: 'lookup', tags: setOf(tags) });

const keep = (memory: Memory, ...entries: [key: string, knowledge: Knowledge][]) =>
  memory.keep(new Map(entries));
/** Those of these that something is known of. */
async function knownOf(memory: Memory, keys: readonly string[]): Promise<string[]> {
  const recalled = await memory.recall(keys);
  return keys.filter((key) => recalled.get(key) !== nothingKnown);
}
const unbounded = { maxEntries: 1e9, maxBytes: 1e9 };

describe('The memory', () => {
  test('knows what it was told, and nothing of others', async () => {
    const memory = createMemory();
    await keep(memory, ['a', known({ n: '1' })]);

    const recalled = await memory.recall(['a', 'b', 'a']);

    expect(recalled).toEqual(
      new Map([
        ['a', known({ n: '1' })],
        ['b', nothingKnown],
      ]),
    );
  });

  test('adds what is learnt to what another batch learnt meanwhile', async () => {
    const memory = createMemory();
    const [one, other] = [await memory.recall(['a']), await memory.recall(['a'])];

    await memory.keep(one.set('a', known({ n: '1' }, 1)));
    await memory.keep(other.set('a', known({ n: '2' }, 2)));

    const { facts } = (await memory.recall(['a'])).get('a') ?? nothingKnown;
    expect(facts.map(({ timeMs }) => timeMs)).toEqual([at(1), at(2)]);
  });

  test('keeps nothing of an instance that nothing is known of', async () => {
    const memory = createMemory();

    await memory.keep(await memory.recall(['a', 'b']));

    expect(await knownOf(memory, ['a', 'b'])).toEqual([]);
  });

  test('forgets who was not used for longest, when there are too many', async () => {
    const memory = createMemory({ ...unbounded, maxEntries: 3 });
    await keep(memory, ['a', known({})], ['b', known({})], ['c', known({})]);
    await memory.keep(await memory.recall(['a']));

    await keep(memory, ['d', known({})]);

    expect(await knownOf(memory, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
  });

  test('forgets when it takes too many bytes, also those of a batch just learnt', async () => {
    const tags = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`key-${n}`, 'v'.repeat(256)]),
    );
    const memory = createMemory({ ...unbounded, maxBytes: 100_000 });

    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const key of keys) await keep(memory, [key, known(tags)]);

    expect(await knownOf(memory, keys)).toEqual(['d', 'e', 'f']);
  });

  test('counts its bytes right, however often knowledge is replaced', async () => {
    const memory = createMemory({ ...unbounded, maxBytes: 2000 });

    for (let round = 0; round < 1000; round++) await keep(memory, ['a', known({ n: '1' }, round)]);
    await keep(memory, ['b', known({})], ['c', known({})]);

    expect(await knownOf(memory, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
  });

  test('holds a full day of a large account in its bounds: about a kilobyte an instance', async () => {
    const tags = {
      Name: 'web-1',
      team: 'storefront',
      env: 'prod',
      cost: '4711',
      owner: 'a@example.com',
    };
    const memory = createMemory({ maxEntries: 50_000, maxBytes: 64 * 1024 * 1024 });

    const keys = Array.from({ length: 50_000 }, (_, n) => `key ${n}`);
    for (const key of keys) await keep(memory, [key, known({ ...tags, n: key })]);

    expect(await knownOf(memory, keys)).toHaveLength(50_000);
  });
});
