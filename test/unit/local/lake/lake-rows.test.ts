import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { lakeObjects } from '../../../../local/lake/lake-objects.ts';
import { linesOf } from '../../../../local/lake/lake-rows.ts';
import { collect, createFolder } from '../../../support/command-fixture.ts';

const { folder: parent, remove } = createFolder();
afterAll(remove);

let lake: string;
let lakes = 0;
beforeEach(() => {
  lake = join(parent, String(++lakes));
});

const partition = 'events/json/source=aws.ec2/day=2026-11-20';

function write(key: string, bytes: Uint8Array) {
  const file = join(lake, key);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

async function readAll() {
  const objects = await collect(lakeObjects(lake));
  const lines = await Promise.all(objects.map((object) => collect(linesOf(lake, object))));
  return lines.flat().map(({ key, line, text, broken }) => [key, line, broken ?? text]);
}

describe('The rows of a lake', () => {
  test('come in the order of partitions, objects and lines', async () => {
    write('events/json/source=b/day=2026-11-20/1.json.gz', gzipSync('4\n'));
    write('events/json/source=a/day=2026-11-21/1.json.gz', gzipSync('3\n'));
    write('events/json/source=a/day=2026-11-20/2.json.gz', gzipSync('2\n'));
    write('events/json/source=a/day=2026-11-20/1.json.gz', gzipSync('0\n1\n'));

    expect((await readAll()).map(([, , text]) => text)).toEqual(['0', '1', '2', '3', '4']);
  });

  test('are none where there is no lake', async () => {
    expect(await readAll()).toEqual([]);
  });

  test('are in finished objects of partitions only', async () => {
    write(`${partition}/.unfinished.json.gz`, gzipSync('no\n'));
    write(`${partition}/readme.txt`, Buffer.from('no\n'));
    write('events/json/other/day=2026-11-20/1.json.gz', gzipSync('no\n'));
    write('errors/type=processing-failed/day=2026-11-20/1', Buffer.from('no\n'));
    write(`${partition}/1.json.gz`, gzipSync('yes\n'));

    expect(await readAll()).toEqual([[`${partition}/1.json.gz`, 1, 'yes']]);
  });

  test('are asked for by partition before their folder is read', async () => {
    write('events/json/source=a/day=2026-11-20/1.json.gz', gzipSync('1\n'));
    write('events/json/source=b/day=2026-11-21/1.json.gz', gzipSync('2\n'));

    const objects = await collect(lakeObjects(lake, ({ day }) => day === '2026-11-21'));

    expect(objects).toEqual([
      {
        key: 'events/json/source=b/day=2026-11-21/1.json.gz',
        partition: { source: 'b', day: '2026-11-21' },
        format: 'json',
      },
    ]);
  });

  test('end at line feeds, and not at other line breaks', async () => {
    write(`${partition}/1.json.gz`, gzipSync('a\u2028b\u0085c\r\nd'));

    expect((await readAll()).map(([, , text]) => text)).toEqual(['a\u2028b\u0085c\r', 'd']);
  });

  test('may be longer than what is read at once', async () => {
    const long = 'x'.repeat(300_000);
    write(`${partition}/1.json.gz`, gzipSync(`${long}\n${long}\n`));

    expect((await readAll()).map(([, , text]) => text)).toEqual([long, long]);
  });

  test('of an object that is cut are told as far as they go', async () => {
    const packed = gzipSync('1\n2\n');
    write(`${partition}/1.json.gz`, packed.subarray(0, -9));
    write(`${partition}/2.json.gz`, gzipSync('3\n'));

    expect((await readAll()).map(([, , text]) => text)).toEqual([
      '1',
      '2',
      'cannot be read (unexpected end of file)',
      '3',
    ]);
  });
});
