/**
 * What would move the cursor, change colours, title or clipboard, turn the direction of a line or be seen by
 * nobody: control and format characters, separators of lines, halves of characters. Two format characters
 * belong to words and emoji.
 */
const acting = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Each as JSON would spell it, so that JSON means the same. */
function escaped(character: string): string {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return shortEscapes[character] ?? units.map((unit) => `\\u${unit}`).join('');
}

/** Text of one line as a terminal may show it: nobody chooses what is in an event. */
export function printable(text: string): string {
  return text.replace(acting, escaped);
}

/** The same of text that has lines and columns of its own, such as a message. */
export function printableLines(text: string): string {
  return text.replace(acting, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** JSON as a terminal may show it, which still means the same; where nobody looks it stays as it is. */
export function shownJson(
  json: string,
  { columns }: { readonly columns: number | undefined },
): string {
  return columns === undefined ? json : printable(json);
}

/** What we write ourselves: bold, dim, their end, the line of progress that is written over, the end of a line of CSV. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for.
const ours = /(\x1b\[(?:1|2|22)m|\r\x1b\[K|\r\n)/;

/** Whatever is written to a terminal: the last wall, for text that came here unseen. */
export function shownOnTerminal(text: string): string {
  return text
    .split(ours)
    .map((part, index) => (index % 2 === 1 ? part : printableLines(part)))
    .join('');
}
