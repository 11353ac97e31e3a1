import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Sizes, smallColumns } from '../../../athena/sizes.ts';
import { openLake } from '../../../local/lake/duckdb.ts';
import { quoteText } from '../../../local/lake/duckdb-dialect.ts';
import { convertToParquet } from '../../../local/lake/parquet.ts';

/** Measures lines, each without its newline. */
export async function sizesOf(lines: readonly string[]): Promise<Sizes> {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const { object } = await convertToParquet(text);
  const aRow = (bytes: number) => Number((bytes / lines.length).toPrecision(3));
  return {
    rows: lines.length,
    plain: aRow(text.length),
    gzip: aRow(gzipSync(text).length),
    parquet: aRow(object.length),
    smallColumns: aRow(await bytesOfSmallColumns(object)),
  };
}

async function bytesOfSmallColumns(parquet: Uint8Array): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'eventlake-sizes-'));
  const duckdb = await openLake(folder);
  try {
    const file = join(folder, 'rows.parquet');
    await writeFile(file, parquet);
    const names = smallColumns.map(quoteText).join(', ');
    const { rows } = await duckdb.ask(
      `SELECT CAST(sum(total_compressed_size) AS DOUBLE) FROM parquet_metadata(${quoteText(file)})
       WHERE path_in_schema IN (${names})`,
    );
    for await (const [row] of rows()) return Number(row?.[0]);
    throw new Error('no answer');
  } finally {
    duckdb.close();
    await rm(folder, { recursive: true, force: true });
  }
}
