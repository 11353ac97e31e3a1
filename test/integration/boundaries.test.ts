import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** A project with our rules and one file in it. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'eventlake-boundaries-'));
  cpSync(join(project, 'biome.json'), join(folder, 'biome.json'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The rules that a file in that place breaks. */
function brokenBy(path: string, text: string): string[] {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const args = ['lint', '--vcs-enabled=false', '--reporter=github', path];
  const biome = join(project, 'node_modules/.bin/biome');
  const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8' });
  rmSync(file);
  return [...stdout.matchAll(/^::error title=([^,]+),/gm)].map(([, rule = '']) => rule);
}

const importing = (specifier: string) => `import { it } from '${specifier}';\nit();\n`;

describe('The directions of imports', () => {
  test.each([
    ['src/json.ts', './config.ts'],
    ['src/config.ts', './json.ts'],
    ['src/load-once.ts', './json.ts'],
    ['src/events/a.ts', '../rows/row.ts'],
    ['src/events/a.ts', '../firehose/response.ts'],
    ['src/firehose/a.ts', '../events/read.ts'],
    ['src/rows/a.ts', '../partition/partition.ts'],
    ['src/rows/a.ts', '../transform.ts'],
    ['src/one-pass/a.ts', '../transform.ts'],
    ['src/one-pass/a.ts', '../tags/tags.ts'],
    ['src/rows/a.ts', '../one-pass/kernel.ts'],
    ['src/rows/a.ts', '@aws-sdk/client-ec2'],
    ['src/rows/a.ts', 'node:fs/promises'],
    ['src/partition/a.ts', '../tags/tags.ts'],
    ['src/tags/a.ts', '../rows/row.ts'],
    ['src/batch/a.ts', '../transform.ts'],
    ['src/batch/a.ts', '../telemetry/summary.ts'],
    ['src/batch/a.ts', '@aws-sdk/client-ec2'],
    ['src/telemetry/a.ts', '../transform.ts'],
    ['src/telemetry/a.ts', '../rows/row.ts'],
    ['src/tags/a.ts', '../batch/limits.ts'],
    ['src/firehose/a.ts', '../batch/limits.ts'],
    ['src/trail/a.ts', '../storage/s3.ts'],
    ['src/trail/a.ts', '../transform.ts'],
    ['src/trail/a.ts', 'node:fs'],
    ['src/storage/a.ts', '../trail/run-part.ts'],
    ['src/transform.ts', '../handlers/transform.ts'],
    ['src/transform.ts', '@aws-sdk/client-firehose'],
    ['athena/a.ts', '../src/transform.ts'],
    ['athena/a.ts', '../local/cli.ts'],
    ['view/a.ts', '../local/lake/duckdb.ts'],
    ['dashboards/a.ts', '../local/template/load-stack.ts'],
    ['dashboards/a.ts', '../src/rows/schema.ts'],
    ['view/page/a.ts', 'node:fs'],
    ['view/page/panels/a.ts', '../../../local/cli.ts'],
    ['local/cli.ts', './lake/duckdb.ts'],
    ['local/errors.ts', './terminal/terminal.ts'],
    ['local/terminal/a.ts', '../lake/duckdb.ts'],
    ['local/template/a.ts', '../stream/open-stream.ts'],
    ['local/endpoints/a.ts', '../stream/open-stream.ts'],
    ['local/build.ts', './stream/open-stream.ts'],
    ['local/input/a.ts', '../stream/put-sources.ts'],
    ['local/detect/a.ts', '../stream/open-stream.ts'],
    ['local/lake/a.ts', '../stream/open-stream.ts'],
    ['local/lake/a.ts', '../../scripts/generate.ts'],
    ['local/stream/a.ts', '../replay/replay.ts'],
    ['local/stream/a.ts', '../../src/transform.ts'],
    ['local/stream/a.ts', '../../src/tags/tags.ts'],
    ['local/stream/a.ts', '@aws-sdk/client-firehose'],
    ['local/replay/a.ts', '../commands/replay.ts'],
    ['local/history/a.ts', '../../src/trail/run-part.ts'],
    ['local/history/a.ts', '../../src/storage/folder.ts'],
    ['local/commands/a.ts', '../../handlers/transform.ts'],
    ['local/firehose/a.ts', '../../src/json.ts'],
    ['scripts/writers/a.ts', '../../test/support/goldens.ts'],
    ['local/firehose/a.ts', '../stream/open-stream.ts'],
  ])('forbid %s to import %s', (path, specifier) => {
    expect(brokenBy(path, importing(specifier))).toEqual(['lint/style/noRestrictedImports']);
  });

  test.each([
    ['src/transform.ts', './tags/tags.ts'],
    ['src/batch/a.ts', '../rows/row.ts'],
    ['src/telemetry/a.ts', '../batch/outcome.ts'],
    ['src/trail/a.ts', '../rows/row.ts'],
    ['src/storage/a.ts', '@aws-sdk/client-s3'],
    ['src/tags/a.ts', '../events/event.ts'],
    ['src/tags/a.ts', '../rows/time.ts'],
    ['src/partition/a.ts', '../rows/schema.ts'],
    ['src/one-pass/a.ts', '../events/event.ts'],
    ['src/batch/a.ts', '../one-pass/plain-documents.ts'],
    ['local/input/a.ts', '../../src/events/split.ts'],
    ['local/stream/a.ts', '../lake/parquet.ts'],
    ['local/replay/a.ts', '../stream/open-stream.ts'],
    ['local/history/a.ts', '../../src/trail/layout.ts'],
    ['local/commands/a.ts', '@aws-sdk/client-s3'],
    ['athena/a.ts', '../src/rows/schema.ts'],
    ['handlers/a.ts', '../src/transform.ts'],
    ['view/a.ts', '../src/rows/schema.ts'],
    ['dashboards/a.ts', '../src/telemetry/metrics.ts'],
    ['dashboards/a.ts', '../view/statements.ts'],
    ['view/page/panels/a.ts', '../../page-data.ts'],
    ['view/page/a.ts', 'echarts/core'],
    ['local/commands/a.ts', '../../view/build.ts'],
  ])('allow %s to import %s', (path, specifier) => {
    expect(brokenBy(path, importing(specifier))).toEqual([]);
  });

  test.each(['src/rows/a.ts', 'src/tags/a.ts', 'src/transform.ts'])(
    'keep the environment out of %s',
    (path) => {
      const text = 'export const region = process.env.AWS_REGION;\n';

      expect(brokenBy(path, text)).toEqual(['lint/style/noRestrictedGlobals']);
    },
  );
});
