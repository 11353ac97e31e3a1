import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Converted, convertSigma } from '../../../local/detect/sigma.ts';
import { installPythonTool } from '../python-tools.ts';
import { type BothEngines, engines, lakeOnBoth, rowsOf } from './both-engines.ts';
import { readPublished, rulesFolder } from './published.ts';
import { probesFor } from './sigma-events.ts';
import { readSigmaRule } from './sigma-rule.ts';

const requirements = fileURLToPath(
  new URL('../../../athena/sigma/requirements.txt', import.meta.url),
);
const ownFolder = join(import.meta.dirname, 'sigma');

/** Rules that ask for what no record has. */
const refused = new Map([['aws_delete_saml_provider', 'status']]);

const own = readdirSync(ownFolder).map((file) => ({
  id: file.replace(/\.yml$/, ''),
  text: readFileSync(join(ownFolder, file), 'utf8'),
}));

let command: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eventlake-sigma-'));
  command = join(await installPythonTool('sigma-cli', requirements), 'sigma');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function convert(id: string, text: string): Promise<Converted> {
  const file = join(folder, `${id}.yml`);
  writeFileSync(file, text);
  return convertSigma(command, file);
}

if (!rulesFolder) {
  test.skip('published Sigma rules find what they mean (set EVENTLAKE_RULES to a folder of them)', () => {});
}
const published = rulesFolder ? readPublished('sigma.ndjson') : [];

describe.each([...own, ...published.filter(({ id }) => !refused.has(id))])(
  '$id',
  ({ id, text }) => {
    const probes = probesFor(readSigmaRule(text));
    let lake: BothEngines;
    let sql: string;
    beforeAll(async () => {
      const converted = await convert(id, text);
      if ('refused' in converted) throw new Error(converted.refused);
      sql = converted.sql;
      lake = await lakeOnBoth(
        `sigma_${id.replaceAll(/\W/g, '_')}`,
        rowsOf(probes.map(({ record }) => record)),
      );
    });
    afterAll(() => lake?.close());

    test('has events of its own, and near misses', () => {
      expect(probes.filter(({ isWanted }) => isWanted)).not.toHaveLength(0);
      expect(probes.filter(({ isWanted }) => !isWanted)).not.toHaveLength(0);
    });

    test.each(engines)('finds its own and no near miss on %s', async (_, ask) => {
      const { rows } = await ask(lake, `SELECT requestid FROM (${sql})`);
      const found = new Set(rows.map(([requestId]) => requestId));
      const wrong = probes.filter(
        ({ record, isWanted }) => found.has(record.requestID) !== isWanted,
      );

      expect(wrong.map(({ what, isWanted, record }) => [what, isWanted, record])).toEqual([]);
    });
  },
);

describe('rules that are refused', () => {
  for (const { id, text } of published.filter((rule) => refused.has(rule.id))) {
    test(id, async () => {
      expect(await convert(id, text)).toEqual({
        refused: expect.stringContaining(`\`${refused.get(id)}\``),
      });
    });
  }

  const withField = (field: string) =>
    [
      'title: T',
      'logsource: { product: aws, service: cloudtrail }',
      `detection: { selection: { '${field}': x }, condition: selection }`,
    ].join('\n');

  test.each([
    ['status', '`status`'],
    ['resources.type', '`resources`'],
    ['userIdentity.shoeSize', 'field'],
    ['requestParameters.a b', 'field'],
    ['madeUp', 'field'],
  ])('one that asks for %s', async (field, named) => {
    expect(await convert('field', withField(field))).toEqual({
      refused: expect.stringContaining(named),
    });
  });

  test('one for other logs', async () => {
    expect(await convert('other', withField('eventName').replace('aws', 'azure'))).toEqual({
      refused: expect.stringContaining('product aws and service cloudtrail'),
    });
  });
});
