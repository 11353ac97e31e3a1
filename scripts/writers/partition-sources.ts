import { readFile } from 'node:fs/promises';
import { defaultSources, maxSources, otherSource } from '../../src/partition/sources.ts';
import type { Writer } from '../writer.ts';

const indent = '    ';
const width = 100;

/**
 * A long name list as a YAML string over several lines: in double quotes, a backslash at the end of
 * a line joins it to the next without a blank.
 */
function wrappedList(names: readonly string[]): string {
  const lines: string[] = [];
  let line = '"';
  names.forEach((name, i) => {
    const item = i < names.length - 1 ? `${name},` : `${name}"`;
    if (indent.length * 2 + line.length + item.length + 1 > width) {
      lines.push(`${line}\\`);
      line = '';
    }
    line += item;
  });
  return [...lines, line].join(`\n${indent}  `);
}

/**
 * The form of parameter `PartitionSources`, as CloudFormation checks it. Beside the form of a name:
 * none twice (a query might read its rows twice) and none of more than 64 characters, so that the
 * list fits the 4 KB of a function's environment and a partition's folder the 512 characters of an
 * evaluated prefix.
 */
function listPattern(most: number): string {
  const name = '[a-z0-9][a-z0-9._-]{0,63}';
  const notOther = `(?!(?:.*,)?${otherSource}(?:,|$))`;
  const noneTwice = '(?!(?:.*,)?([^,]+),(?:.*,)?\\1(?:,|$))';
  return `^${notOther}${noneTwice}${name}(,${name}){0,${most - 1}}$`;
}

const open = '# <generated from="src/partition/sources.ts" by="npm run generate">\n';
const close = '# </generated>\n';

/** The templates that have the parameter. */
const templates = ['template.yaml', 'history.yaml'];

/** Default and AllowedPattern of parameter `PartitionSources` in the templates. */
export const partitionSources: Writer = {
  makes: 'default and pattern of parameter PartitionSources',
  from: 'src/partition/sources.ts',
  files: (root) => Promise.all(templates.map((path) => inTemplate(path, root))),
};

async function inTemplate(path: string, root: URL) {
  const text = await readFile(new URL(path, root), 'utf8');
  const start = text.indexOf(open);
  const end = text.indexOf(`${indent}${close}`, start);
  if (start < 0 || end < 0) throw new Error(`${path} has lost the lines around it`);
  return {
    path,
    text:
      text.slice(0, start + open.length) +
      `${indent}Default: ${wrappedList(defaultSources)}\n` +
      `${indent}AllowedPattern: ${listPattern(maxSources)}\n` +
      text.slice(end),
  };
}
