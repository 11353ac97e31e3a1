import { cpSync, globSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parameters } from '../../athena/parameters.ts';
import { readQueries } from '../../athena/queries.ts';
import { buildIfNeeded } from '../../local/build.ts';
import { compactLake } from '../../local/lake/compact.ts';
import { createFolder, run } from '../support/command-fixture.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { folder, remove } = createFolder();
afterAll(remove);

const whole = join(folder, 'whole');
let lake: string;
let lakes = 0;

beforeAll(async () => {
  await buildIfNeeded();
  const readable = globSync(join(project, 'events/readable/!(tags).json'));
  const input = [...readable, join(project, 'events/incident')];
  await run(['put', '--lake', whole, ...input], { folder });
  // Some of it came twice, and something is broken.
  await run(['put', '--lake', whole, '--again', join(project, 'events/incident')], { folder });
});
beforeEach(() => {
  lake = join(folder, String(++lakes));
  cpSync(whole, lake, { recursive: true });
});

const options = { before: '2026-12-01' };
const objects = (extension: string) => globSync(join(lake, `events/**/*${extension}`));

async function printed(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(args, { folder });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

const sorted = (text: string) => text.trimEnd().split('\n').sort();

const everything = 'SELECT * EXCLUDE instances, instances::VARCHAR FROM events';

/** All rows and all events of a lake, whichever order they are in. */
const contentsOf = async (of: string) => ({
  rows: sorted(await printed('query', '--lake', of, '--json', everything)),
  events: sorted(await printed('restore', '--lake', of)),
});

/** The answer to every named query. */
async function answersOf(of: string) {
  const asked: Record<string, string[]> = {};
  for (const { name, parameters: taken } of readQueries()) {
    const needed = taken.flatMap(({ name: option, example }) =>
      example === undefined ? [] : [`--${option}`, parameters[option].example],
    );
    asked[name] = sorted(await printed('query', '--lake', of, '--json', name, ...needed));
  }
  return asked;
}

describe('compact', () => {
  test('leaves every answer and every event as they were', async () => {
    const before = { ...(await contentsOf(lake)), ...(await answersOf(lake)) };

    const text = await printed('compact', '--lake', lake);

    expect(text).toMatch(/^5 days rewritten: \d+ objects became 34; /);
    expect({ ...(await contentsOf(lake)), ...(await answersOf(lake)) }).toEqual(before);
    expect(objects('.parquet')).toHaveLength(34);
    // For whoever is reading them; the next one deletes them.
    expect(objects('.json.gz').length).toBeGreaterThan(34);
    expect(await printed('compact', '--lake', lake)).toContain('Nothing to rewrite');
    expect(objects('.json.gz')).toHaveLength(0);
    expect(await contentsOf(lake)).toEqual({ rows: before.rows, events: before.events });
  });

  test('takes what came later to the Parquet that is there', async () => {
    await compactLake(lake, options);
    await printed('put', '--again', '--lake', lake, join(project, 'events/incident'));
    const before = await contentsOf(lake);

    await compactLake(lake, options);

    expect(await contentsOf(lake)).toEqual(before);
  });

  test('leaves days out that are not finished or not asked for', async () => {
    const { days } = await compactLake(lake, { before: '2026-11-24', since: '2026-11-20' });

    expect(days).toBe(2);
    expect(objects('.parquet').every((path) => /day=2026-11-2[03]/.test(path))).toBe(true);
  });

  test('drops copies where it is told to, and says that answers change', async () => {
    const unique = sorted(
      await printed('query', '--lake', lake, '--json', 'SELECT event_id FROM unique_events'),
    );

    const text = await printed('compact', '--drop-duplicates', '--lake', lake);

    expect(text).toContain('33 copies left out: answers over `events` change by them.');
    expect(
      sorted(await printed('query', '--lake', lake, '--json', 'SELECT event_id FROM events')),
    ).toEqual(unique);
  });

  test('that is ended leaves the lake as it was, and what it had made is no part of it', async () => {
    const before = await contentsOf(lake);
    const interrupt = new AbortController();
    await compactLake(lake, {
      ...options,
      interrupted: interrupt.signal,
      onProgress: (done) => done === 3 && interrupt.abort(),
    });
    expect(objects('.parquet')).toHaveLength(0);

    // Ended between its last object and the word that they count.
    const other = join(folder, 'other');
    cpSync(lake, other, { recursive: true });
    await compactLake(other, options);
    cpSync(join(other, 'events/parquet'), join(lake, 'events/parquet'), { recursive: true });

    expect(await contentsOf(lake)).toEqual(before);
    await compactLake(lake, options);
    expect(await contentsOf(lake)).toEqual(before);
    expect(objects('.parquet')).toHaveLength(34);
  });

  test('of two at once one stands for each partition', async () => {
    const before = await contentsOf(lake);

    await Promise.all([compactLake(lake, options), compactLake(lake, options)]);

    expect(await contentsOf(lake)).toEqual(before);
  });

  test('keeps names that a backfill gives again as replaced', async () => {
    const [object = ''] = objects('.json.gz');
    const fixed = join(object, '..', `files-${'0'.repeat(20)}-0.json.gz`);
    cpSync(object, fixed);
    const before = await contentsOf(lake);
    await compactLake(lake, options);
    await compactLake(lake, options);

    cpSync(join(whole, object.slice(lake.length)), fixed);

    expect(await contentsOf(lake)).toEqual(before);
  });
});

describe('A damaged object', () => {
  const count = ['query', '--json', 'SELECT count(*) AS n, count(user_agent) FROM events'];

  test.each([
    ['.json.gz', false],
    ['.parquet', true],
  ])(
    '%s is named with what to do, and left out where that is asked for',
    async (extension, isCompacted) => {
      if (isCompacted) await compactLake(lake, options);
      const damaged = objects(extension).slice(0, 2);
      const all = Number(JSON.parse(await printed(...count, '--lake', lake)).n);
      for (const path of damaged) truncateSync(path, Math.floor(statSync(path).size / 2));

      const { status, stderr } = await run([...count, '--lake', lake], { folder });
      expect(status).toBe(1);
      expect(stderr).toMatch(/The object events\/.* is damaged: put what it was made of again/);

      const skipped = await run([...count, '--skip-damaged', '--lake', lake], { folder });
      expect(skipped.status).toBe(0);
      const left = Number(JSON.parse(skipped.stdout).n);
      expect(left).toBeLessThan(all);
      expect(left).toBeGreaterThan(0);
      for (const path of damaged) {
        expect(skipped.stderr).toContain(
          `Left out, as it cannot be read: ${path.slice(lake.length + 1)}`,
        );
      }
    },
  );

  test('stops no overview that leaves it out', async () => {
    const [path = ''] = objects('.json.gz');
    truncateSync(path, Math.floor(statSync(path).size / 2));

    const { status, stdout } = await run(['overview', '--skip-damaged', '--lake', lake], {
      folder,
    });

    expect(status).toBe(0);
    expect(stdout).toContain('What is here');
  });
});
