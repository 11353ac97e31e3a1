import { expect, test } from '@jest/globals';
import { blockOf } from '../../support/page-blocks.ts';
import { lakeOf, samples } from './lake.ts';

const sql = blockOf('docs/accounts.md', 'athena');

test('the query for the rows of a person names their objects, in the table of one form', async () => {
  const lake = lakeOf(samples.json);
  const { rows } = await lake.ask(sql.replaceAll('alice@example.com', 'alice'));

  expect(rows).not.toHaveLength(0);
  for (const [path] of rows) {
    expect(path).toMatch(/\/events\/json\/source=[^/]+\/day=2026-11-\d\d\/.*\.json\.gz$/);
  }
});
