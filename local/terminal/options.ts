import { isCalendarDay } from '../../src/rows/time.ts';
import { UsageError } from '../errors.ts';
import type { Option } from './command.ts';
import { pathOf, type Terminal } from './terminal.ts';

// Options that several commands share, and how their values are read.

export const lakeOption = lakeOptionOf('lake');

/** @param name of the lake where none is given */
export function lakeOptionOf(name: string) {
  return {
    type: 'string',
    value: 'DIR',
    help: 'folder of the lake',
    defaultIn: (terminal: Terminal) => lakeFolderOf(undefined, terminal, name),
  } as const satisfies Option;
}

export function jsonOption(help: string) {
  return { type: 'boolean', help } as const satisfies Option;
}

/** Of commands that print nothing else: a script may give it to every command. */
export const alwaysJson = jsonOption('accepted as by every command; the output is JSON anyway');

/** The folder of the lake: the one that was given, or that of this name among the user's data. */
export function lakeFolderOf(lake: string | undefined, terminal: Terminal, name = 'lake'): string {
  if (lake === '') throw new UsageError('--lake needs the name of a folder.');
  return lake === undefined ? `${terminal.dataFolder}/${name}` : pathOf(terminal, lake);
}

/** The value of an option that takes a day. @throws UsageError where it is not a day */
export function dayIn(option: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value) && isCalendarDay(value)) return value;
  throw new UsageError(`--${option} is ${value}, but has to be a day like 2026-11-20.`);
}
