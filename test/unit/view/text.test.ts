import { describe, expect, test } from '@jest/globals';
import { cutNote } from '../../../view/columnar.ts';
import { shortened, visible } from '../../../view/page/text.ts';

describe('A text of an event on the page', () => {
  test.each([
    ['markup stays text', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['marks of direction', 'user\u202Egnp.exe', 'user⟨U+202E⟩gnp.exe'],
    ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['controls and line ends', 'a\u0000b\nc\u2028d', 'a⟨U+0000⟩b⟨U+000A⟩c⟨U+2028⟩d'],
    ['blanks without width', 'ad\u200Bmin\uFEFF', 'ad⟨U+200B⟩min⟨U+FEFF⟩'],
    ['half a pair', 'x\uD83Dy\uDE00', 'x⟨U+D83D⟩y⟨U+DE00⟩'],
    ['a whole pair', '😀 שלום', '😀 שלום'],
  ])('shows what would not be seen: %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('is cut with a word that says so, and not within a pair', () => {
    expect(shortened('abc', 3)).toBe('abc');
    expect(shortened('abcdef', 3)).toBe('abc … (cut: 6 characters)');
    expect(shortened('ab😀def', 3)).toBe('ab … (cut: 7 characters)');
    expect(shortened(`abcdef${cutNote(100_000)}`, 3)).toBe('abc … (cut: 100,000 characters)');
  });
});
