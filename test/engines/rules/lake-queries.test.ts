import { afterAll, describe, expect, test } from '@jest/globals';
import { lakeQueries } from '../../../athena/lake-queries.ts';
import { difference, none } from '../athena/canonical.ts';
import { type BothEngines, engines, lakeOnBoth, rowsOf } from './both-engines.ts';
import { type LakeSample, lakeSamples } from './lake-samples.ts';
import { asRun, readPublished, rulesFolder } from './published.ts';

if (!rulesFolder) {
  test.skip('queries published for CloudTrail Lake find what they should (set EVENTLAKE_RULES to a folder of them)', () => {});
} else {
  const published = new Map(
    readPublished('cloudtrail-lake.ndjson').map(({ id, text }) => [id, text]),
  );
  const lakes = new Map<string, Promise<BothEngines>>();
  const lakeOfSample = (id: string) => {
    const made = lakes.get(id) ?? lakeOfRecords(id);
    lakes.set(id, made);
    return made;
  };
  const lakeOfRecords = (id: string) =>
    lakeOnBoth(
      `lake_query_${id.replaceAll(/\W/g, '_').toLowerCase()}`,
      rowsOf(sampleOf(id).records),
    );
  afterAll(async () => {
    for (const lake of lakes.values()) (await lake).close();
  });

  const cannot = lakeQueries.filter((query) => query.cannot !== undefined);
  const runs = lakeQueries
    .filter((query) => query.cannot === undefined)
    .map((query) => ({ ...query, ...sampleOf(query.id) }));
  const needy = runs.filter(({ needs }) => needs !== undefined);

  test('every published query is known: by its sample, or by the reason why it cannot run', () => {
    const known = lakeQueries.map(({ id }) => id);

    expect([...published.keys()].filter((id) => !known.includes(id))).toEqual([]);
    expect(lakeSamples.map(({ id }) => id).sort()).toEqual(runs.map(({ id }) => id).sort());
  });

  // Of the ids that are known, the folder may hold some.
  const isThere = ({ id }: { id: string }) => published.has(id);

  describe.each(engines)('on %s', (engine, ask) => {
    test.each(runs.filter(isThere))('$id finds its rows, and no other', async (sample) => {
      const { id, rows, columns, needs } = sample;
      const text = asRun(published.get(id) ?? '');
      const sql = needs ? text.replaceAll(spaced(needs.written), needs.write) : text;
      const answer = await ask(await lakeOfSample(id), sql);
      const places = columns?.map((column) =>
        answer.columns.findIndex((name) => name.toLowerCase() === column),
      );
      const cells = answer.rows.map((row) => (places ? places.map((at) => row[at]) : row));

      expect(difference(cells, rows)).toEqual(none);
      expect(rows).not.toHaveLength(0);
    });

    if (engine === 'Trino') {
      test.each(needy.filter(isThere))(
        '$id is refused as it is published: it needs $needs.what',
        async ({ id }) => {
          const asked = ask(await lakeOfSample(id), asRun(published.get(id) ?? ''));

          await expect(asked).rejects.toThrow(
            /TYPE_MISMATCH|INVALID_CAST_ARGUMENT|FUNCTION_NOT_FOUND/,
          );
        },
      );
    }

    test.each(cannot.filter(isThere))('$id is refused: it $cannot', async ({ id }) => {
      const lake = await lakeOfSample(lakeSamples[0]?.id ?? '');

      await expect(ask(lake, asRun(published.get(id) ?? ''))).rejects.toThrow();
    });
  });
}

function sampleOf(id: string): LakeSample {
  const sample = lakeSamples.find((one) => one.id === id);
  if (!sample) throw new Error(`${id} has no sample`);
  return sample;
}

/** Matches a text whose parentheses may have blanks before they close, as the published queries write them. */
function spaced(text: string): RegExp {
  return new RegExp(RegExp.escape(text).replaceAll(String.raw`\)`, String.raw`\s*\)`), 'g');
}
