import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { codeOf, portabilityFaults } from '../../../athena/portable.ts';
import { queriesFolder } from '../../../athena/queries.ts';
import { viewsFolder } from '../../../athena/views.ts';

describe('portabilityFaults', () => {
  test.each([
    'SELECT r.arn FROM t CROSS JOIN UNNEST(resources) AS u(r)',
    'SELECT r.arn FROM t CROSS JOIN UNNEST(t.resources) u (r)',
    'SELECT r.arn FROM t, unnest ( resources ) AS u(r)',
    'SELECT r.arn FROM t CROSS JOIN UNNEST(filter(resources, x -> true)) AS u(r)',
    'SELECT r.arn FROM t CROSS JOIN UNNEST(\n-- all\nresources) AS u(r)',
    'SELECT n, i FROM t CROSS JOIN UNNEST(sequence(1, 3), instances) AS u(n, i)',
    'SELECT i FROM t CROSS JOIN UNNEST(transform(instances, x -> x)) AS u(i)',
    'SELECT r FROM t CROSS JOIN UNNEST(transform(resources, r -> ROW(r))) AS u(r)',
    'SELECT i FROM t CROSS JOIN UNNEST/* c */(instances) AS u(i)',
  ])('finds what Athena keeps in one column and Trino spreads over several: %s', (sql) => {
    expect(portabilityFaults(sql)).toEqual([expect.stringMatching(/^UNNEST\(.* differs/)]);
  });

  test.each([
    'SELECT element_at(a, n).x FROM t CROSS JOIN UNNEST(sequence(1, cardinality(a))) AS u(n)',
    'SELECT x FROM t CROSS JOIN UNNEST(transform(a, e -> e.x), transform(a, e -> e.y)) AS u(x, y)',
    'SELECT n, x FROM t CROSS JOIN UNNEST(sequence(1, a[1], 2), transform(filter(a, e -> true), e -> e.x)) AS u(n, x)',
    "SELECT 'UNNEST(resources)' AS text /* UNNEST(resources) */ FROM t -- UNNEST(resources)",
  ])('has nothing to say to %s', (sql) => {
    expect(portabilityFaults(sql)).toEqual([]);
  });

  test('finds the columns that views do not have', () => {
    expect(portabilityFaults('SELECT "$path" FROM t')).toEqual(['views have no "$path"']);
  });

  const files = [viewsFolder, queriesFolder].flatMap((folder) =>
    readdirSync(folder).map((name) => [name, new URL(name, folder)] as const),
  );

  test.each(files)('%s means the same on both engines', (_, file) => {
    expect(portabilityFaults(readFileSync(file, 'utf8'))).toEqual([]);
  });
});

test('code is SQL without comments, and without what its texts say', () => {
  expect(codeOf("SELECT 'it''s -- no' AS a -- it's\nFROM t")).toBe("SELECT '' AS a  \nFROM t");
  expect(codeOf("SELECT '/*' AS a /* it's\n** */ FROM t /**/")).toBe("SELECT '' AS a   FROM t  ");
});
