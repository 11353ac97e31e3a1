import { readFile } from 'node:fs/promises';
import { dashboardBody } from '../../dashboards/cloudwatch.ts';
import type { Writer } from '../writer.ts';
import { partitionSources } from './partition-sources-block.ts';

const indented = (text: string, spaces: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces));

/** What is generated inside of templates, by the file that it is made of. */
const blocks = {
  'src/partition/sources.ts': partitionSources(),
  'dashboards/panels.ts': `        - |\n${indented(dashboardBody(), 10)}\n`,
} as const;

/** Which template has which. */
const templates: readonly (readonly [path: string, ...from: (keyof typeof blocks)[]])[] = [
  ['template.yaml', 'src/partition/sources.ts', 'dashboards/panels.ts'],
  ['history.yaml', 'src/partition/sources.ts'],
];

/** The lines between `# <generated from="…" …>` and `# </generated>`, written anew. */
function withBlock(path: string, text: string, from: keyof typeof blocks): string {
  const [open, close] = [`# <generated from="${from}" by="npm run generate">\n`, '# </generated>'];
  const start = text.indexOf(open);
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0) throw new Error(`${path} has lost the lines around ${from}`);
  const lineStart = text.lastIndexOf('\n', end) + 1;
  return text.slice(0, start + open.length) + blocks[from] + text.slice(lineStart);
}

/** Parts of templates: default and pattern of parameter `PartitionSources`, body of the dashboard. */
export const templateBlocks: Writer = {
  makes: 'parameter PartitionSources, the dashboard',
  from: Object.keys(blocks).join(', '),
  files: (root) =>
    Promise.all(
      templates.map(async ([path, ...froms]) => {
        const text = await readFile(new URL(path, root), 'utf8');
        return { path, text: froms.reduce((made, from) => withBlock(path, made, from), text) };
      }),
    ),
};
