import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** Every SQL that a page shows, but for docs/athena.md: what that shows is made of what was asked. */
export const pageStatements = globSync('docs/*.md', { cwd: project })
  .filter((page) => basename(page) !== 'athena.md')
  .sort()
  .flatMap((page) => {
    const text = readFileSync(join(project, page), 'utf8');
    return [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => ({ page, sql }));
  });
