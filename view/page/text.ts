import { cutTo } from '../columnar.ts';

/**
 * Characters that change how the text around them is shown, or that show as nothing: controls, marks
 * of direction, joiners and other blanks without width, and halves of surrogate pairs.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** A text of an event as it can be seen: what would not show, or would turn the rest, as its number. */
export const visible = (text: string) =>
  text.replace(
    unseen,
    (char) => `⟨U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/** The start of a text as it can be seen, and a word that says so where there is more of it. */
export const shortened = (text: string, most: number) => visible(cutTo(text, most));

/** `12,345` */
export const number = (value: number) => value.toLocaleString('en-US');

/** `1 event`, `2 events` */
export const counted = (count: number, noun: string) =>
  `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
