import { readFileSync } from 'node:fs';

const textOf = (page: string) => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');

/** The first block of a language, without the indent of a list. */
export function blockOf(page: string, language: string): string {
  const block = new RegExp(`^( *)\`\`\`${language}\\n(.*?)\\n\\1\`\`\`$`, 'ms').exec(textOf(page));
  return (block?.[2] ?? '').replaceAll(new RegExp(`^${block?.[1]}`, 'gm'), '');
}

/**
 * The JSON documents of a page that have a name: a line with the name of a file as code, then a block.
 * @returns the text of each by that name
 */
export function jsonBlocksOf(page: string): Readonly<Record<string, string>> {
  const blocks = textOf(page).matchAll(/^`([\w-]+\.json)`\n\n```json\n(.*?)\n```$/gms);
  return Object.fromEntries(Array.from(blocks, ([, name = '', json = '']) => [name, json]));
}
