import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { columnsOf, statementNames } from '../../../view/answers.ts';
import { askAll } from '../../../view/ask-all.ts';
import type { PageData } from '../../../view/page-data.ts';
import { pageFileOf } from '../../../view/page-file.ts';

const hostile = '</script><img src=x onerror=alert(1)>';
const asset = { script: 'void 0;', style: 'p{color:red}' };

/** A lake in which every text says the same. */
async function dataOf(text: string): Promise<PageData> {
  let asked = 0;
  return askAll(
    async () => {
      const columns = columnsOf(statementNames[asked++] ?? 'totals');
      const cells = columns.map(([, kind]) =>
        kind === 'time' ? '2026-11-17 21:14:03.000' : kind === 'count' ? '1' : text,
      );
      return { columns: columns.map(([name]) => name), rows: [cells] };
    },
    {
      lake: text,
      madeAt: 0,
      command: 'ask',
      since: '2026-11-17',
      until: '2026-11-17',
      accounts: [],
    },
  );
}

const packedIn = (page: string) => /id="data">([^<]*)</.exec(page)?.[1] ?? '';

describe('The file of a page', () => {
  test('holds no text of an event where markup could be read', async () => {
    const page = pageFileOf(await dataOf(hostile), asset);

    expect(page).not.toContain('onerror');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(packedIn(page)).toMatch(/^[A-Za-z0-9+/=]+$/);
  });

  test('gives back what it was made of', async () => {
    const data = await dataOf(hostile);

    const page = pageFileOf(data, asset);

    const unpacked = gunzipSync(Buffer.from(packedIn(page), 'base64')).toString();
    expect(JSON.parse(unpacked)).toEqual(JSON.parse(JSON.stringify(data)));
  });

  test('allows its own script and style by their hashes, and nothing else', async () => {
    const page = pageFileOf(await dataOf('x'), asset);

    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    const hashOf = (text: string) => createHash('sha256').update(text).digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${hashOf(asset.script)}'`,
      `style-src 'sha256-${hashOf(asset.style)}'`,
      "base-uri 'none'",
      "form-action 'none'",
      'trusted-types default',
      "require-trusted-types-for 'script'",
    ]);
    expect(page).toContain(`<script>${asset.script}</script>`);
    expect(page).toContain(`<style>${asset.style}</style>`);
    expect(page).not.toMatch(/\bon[a-z]+=|style=|https?:/);
  });

  test('is not made of an answer with other columns', async () => {
    const asking = askAll(async () => ({ columns: ['events'], rows: [] }), {
      lake: 'x',
      madeAt: 0,
      command: 'ask',
      since: '2026-11-17',
      until: '2026-11-17',
      accounts: [],
    });

    await expect(asking).rejects.toThrow('view/sql/totals.sql answers events, not events,');
  });
});
