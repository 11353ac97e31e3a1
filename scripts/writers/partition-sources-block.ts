import { defaultSources, maxSources, otherSource } from '../../src/partition/sources.ts';

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

/** Default and AllowedPattern of parameter `PartitionSources`. */
export const partitionSources = () =>
  `${indent}Default: ${wrappedList(defaultSources)}\n${indent}AllowedPattern: ${listPattern(maxSources)}\n`;
