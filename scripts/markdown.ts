/** A word as code. */
export const code = (text: string) => `\`${text}\``;

/** Text as it is, in a language. */
export const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

export const sqlBlock = (sql: string) => block('sql', sql);

const cell = (text: string) => text.replaceAll('|', '\\|');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}
