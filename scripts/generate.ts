import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { argumentsOf } from './arguments.ts';
import type { Writer } from './writer.ts';
import { athenaDocs } from './writers/athena-docs.ts';
import { costsDocs } from './writers/costs-docs.ts';
import { failuresDocs } from './writers/failures-docs.ts';
import { grafana } from './writers/grafana.ts';
import { investigateDocs } from './writers/investigate-docs.ts';
import { kernelWasm } from './writers/kernel-wasm.ts';
import { lake } from './writers/lake.ts';
import { lakeDocs } from './writers/lake-docs.ts';
import { metricsDocs } from './writers/metrics-docs.ts';
import { queriesDocs } from './writers/queries-docs.ts';
import { rowsDocs } from './writers/rows-docs.ts';
import { rulesDocs } from './writers/rules-docs.ts';
import { sampleInvocations } from './writers/sample-invocations.ts';
import { stateChangesDocs } from './writers/state-changes-docs.ts';
import { templateBlocks } from './writers/templates.ts';

/** Every writer of generated files. To add one: a module in writers/, a line here. */
const writers: readonly Writer[] = [
  templateBlocks,
  kernelWasm,
  lake,
  athenaDocs,
  queriesDocs,
  investigateDocs,
  lakeDocs,
  rulesDocs,
  rowsDocs,
  stateChangesDocs,
  failuresDocs,
  costsDocs,
  metricsDocs,
  grafana,
  sampleInvocations,
];

const projectRoot = new URL('../', import.meta.url);

/** A generated file that differs from what its writer makes. */
export interface StaleFile {
  readonly path: string;
  readonly makes: string;
  readonly from: string;
}

/**
 * Brings every generated file up to date, or with `check` only says which are not.
 * @returns the files that were, or are, out of date
 * @throws Error where two writers make the same file, or one cannot
 */
export async function generate({
  check = false,
  root = projectRoot,
  from = writers,
}: {
  check?: boolean;
  root?: URL;
  from?: readonly Writer[];
} = {}): Promise<StaleFile[]> {
  const stale: StaleFile[] = [];
  const owners = new Map<string, string>();
  for (const writer of from) {
    for (const { path, text } of await writer.files(root)) {
      const owner = owners.get(path);
      if (owner !== undefined) throw new Error(`${path}: made by "${owner}" and "${writer.makes}"`);
      owners.set(path, writer.makes);
      const file = new URL(path, root);
      if ((await currentText(file)) === text) continue;
      stale.push({ path, makes: writer.makes, from: writer.from });
      if (check) continue;
      if (text === null) {
        await rm(file);
      } else {
        await mkdir(new URL('./', file), { recursive: true });
        await writeFile(file, text);
      }
    }
  }
  return stale;
}

async function currentText(file: URL): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

if (import.meta.main) {
  const usage = `Usage: npm run generate -- [--check]\n\nWrites every generated file; with --check only says which are out of date.\n`;
  const { values } = argumentsOf(usage, {
    options: { check: { type: 'boolean', default: false } },
  });
  const stale = await generate({ check: values.check });
  for (const { path, makes, from } of stale) {
    console.log(
      values.check ? `${path} is out of date: ${makes}, from ${from}` : `wrote ${path} (${makes})`,
    );
  }
  if (values.check && stale.length > 0) {
    console.log('Run `npm run generate`.');
    process.exitCode = 1;
  } else if (stale.length === 0) {
    console.log('Every generated file is up to date.');
  }
}
