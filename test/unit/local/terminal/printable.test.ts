import { describe, expect, test } from '@jest/globals';
import { printable, printableLines, shownJson } from '../../../../local/terminal/printable.ts';
import { createProgress } from '../../../../local/terminal/progress.ts';
import { createTerminal, run } from '../../../support/command-fixture.ts';

/** What an event may hold, each of which a terminal would obey, or hide. */
const hostile = [
  ['colours', '\u001b[31m'],
  ['a title of the window (OSC)', '\u001b]0;gone\u0007'],
  ['a link (OSC 8)', '\u001b]8;;https://example.com\u001b\\'],
  ['an eight-bit control sequence', '\u009b2J'],
  ['an eight-bit OSC', '\u009d0;gone\u009c'],
  ['a carriage return', 'real\rfake'],
  ['a backspace', 'a\bb'],
  ['an Arabic letter mark', '\u061c'],
  ['marks of direction', '\u200e\u200f'],
  ['embeddings and overrides', '\u202a\u202b\u202c\u202d\u202e'],
  ['isolates', '\u2066\u2067\u2068\u2069'],
  ['separators of lines', '\u2028\u2029'],
  ['invisible characters', '\u00ad\u200b\u2060\u2064\ufeff\ufff9'],
  ['tags', '\u{e0001}\u{e0061}'],
  ['half a character', '\ud800'],
] as const;

const acts = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/u;

describe('Text of an event on a terminal', () => {
  test.each(hostile)('has no %s', (_, text) => {
    expect(printable(`a${text}b`)).not.toMatch(acts);
    expect(printableLines(`a${text}b\nc`).replace('\n', '')).not.toMatch(acts);
  });

  test('stays as it is otherwise', () => {
    const text = 'Zoë 日本 😀 👩‍👩‍👧 می‌خواهم "\\';

    expect(printable(text)).toBe(text);
    expect(printableLines(`${text}\n\t${text}`)).toBe(`${text}\n\t${text}`);
  });

  test.each(hostile)('means the same where it is JSON: %s', (_, text) => {
    const { terminal } = createTerminal({ columns: 80 });

    const shown = shownJson(JSON.stringify({ a: text }), terminal.stdout);

    expect(JSON.parse(shown)).toEqual({ a: text });
  });

  test.each(hostile)('has none of it in a note: %s', (_, text) => {
    for (const columns of [80, undefined]) {
      const { terminal, written } = createTerminal(columns === undefined ? {} : { columns });
      createProgress(terminal).note(`FILE: ${text}`);

      expect(written().stderr.trimEnd()).not.toMatch(acts);
    }
  });

  test.each(hostile)('has none of it in a line of progress: %s', (_, text) => {
    const { terminal, written } = createTerminal({ columns: 80 });
    createProgress(terminal).show(() => `FILE: ${text}`);

    expect(written().stderr.replace('\r\u001b[K', '')).not.toMatch(acts);
  });

  test.each(hostile)('has none of it in an error: %s', async (_, text) => {
    const { stderr } = await run(['put', `a${text}b`]);

    expect(stderr.replaceAll('\n', '')).not.toMatch(acts);
  });

  test.each(hostile)('has none of it whoever writes it: %s', async (_, text) => {
    const { terminal, written } = createTerminal({ columns: 80 });
    const { stdout } = terminal;

    await stdout.write(`${stdout.style('bold', 'a')}\t${text}\n`);

    expect(written().stdout.replace(/[\n\t]/g, '')).not.toMatch(acts);
  });

  test('keeps what we write ourselves: styles, the line that is written over, the end of a line of CSV', async () => {
    const { terminal, written } = createTerminal({ columns: 80, hasColours: true });
    const { stdout } = terminal;

    await stdout.write(`\r\u001b[K${stdout.style('bold', 'a')}${stdout.style('dim', 'b')}\r\n`);

    expect(written().stdout).toBe('\r\u001b[K\u001b[1ma\u001b[22m\u001b[2mb\u001b[22m\r\n');
  });

  test('goes into a pipe as it is', async () => {
    const { terminal, written } = createTerminal();

    await terminal.stdout.write('\u001b[31m\u202e');

    expect(written().stdout).toBe('\u001b[31m\u202e');
  });
});
