import { readFile } from 'node:fs/promises';

/** Cells that are longer are cut: the tables show what an answer looks like. */
const maxCellLength = 48;

type GoldenLine = readonly unknown[];

/** An answer that `npm run test:athena` holds the engine to. */
export async function goldenTable(root: URL, name: string): Promise<string> {
  const text = await readFile(new URL(`test/engines/golden/${name}.jsonl`, root), 'utf8');
  const [head = [], ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line): GoldenLine => JSON.parse(line));
  const names = (head as readonly (readonly [string, string])[]).map(([column]) => column);
  return [names, names.map(() => '---'), ...rows.map((row) => row.map(cellText))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function cellText(value: unknown): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const short = text.replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.000$/, '$1');
  const cut = short.length > maxCellLength ? `${short.slice(0, maxCellLength - 1)}…` : short;
  return cut.replaceAll('|', '\\|');
}
