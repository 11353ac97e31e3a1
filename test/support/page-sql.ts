import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** Pages whose SQL is made of what was asked. */
const made = ['athena.md', 'queries.md'];

/** Every SQL that any other page shows. */
export const pageStatements = globSync('docs/*.md', { cwd: project })
  .filter((page) => !made.includes(basename(page)))
  .sort()
  .flatMap((page) => {
    const text = readFileSync(join(project, page), 'utf8');
    return [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => ({ page, sql }));
  });
