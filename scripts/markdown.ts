/** A word as code. */
export const code = (text: string) => `\`${text}\``;

export const sqlBlock = (sql: string) => `\`\`\`sql\n${sql}\n\`\`\``;

const cell = (text: string) => text.replaceAll('|', '\\|');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}
