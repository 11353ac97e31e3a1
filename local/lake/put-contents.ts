import { type OpenLake, objectsIn } from './duckdb.ts';

/** What the rows of some objects are about; undefined where there are none. */
export interface RowsAbout {
  readonly first: string;
  readonly last: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly kinds: readonly (readonly [kind: string, rows: number])[];
}

const sql = `
WITH kinds AS (SELECT kind, count(*) AS rows FROM events GROUP BY kind)
SELECT min(event_time)::VARCHAR AS first, max(event_time)::VARCHAR AS last,
  list_sort(list(DISTINCT account) FILTER (WHERE account IS NOT NULL)) AS accounts,
  list_sort(list(DISTINCT region) FILTER (WHERE region IS NOT NULL)) AS regions,
  (SELECT list({'kind': kind, 'rows': rows} ORDER BY rows DESC, kind) FROM kinds) AS kinds
FROM events`;

/** What a lake's rows are about. */
export async function rowsAbout(lake: OpenLake): Promise<RowsAbout | undefined> {
  const answer = await lake.ask(sql);
  const [row] = await objectsIn<{
    first: string | null;
    last: string | null;
    accounts: string[] | null;
    regions: string[] | null;
    kinds: { kind: string; rows: number }[];
  }>(answer);
  if (!row?.kinds) return undefined;
  const { first, last, accounts, regions, kinds } = row;
  return {
    first: first ?? 'no time',
    last: last ?? 'no time',
    accounts: accounts ?? [],
    regions: regions ?? [],
    kinds: kinds.map(({ kind, rows }) => [kind, rows]),
  };
}
