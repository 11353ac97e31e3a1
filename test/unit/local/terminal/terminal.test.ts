import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import {
  counted,
  dataFolderOf,
  duration,
  shellWord,
  terminalOf,
} from '../../../../local/terminal/terminal.ts';

describe('Lakes are kept', () => {
  test('where XDG says', () => {
    expect(dataFolderOf({ XDG_DATA_HOME: '/data' }, '/home/a')).toBe('/data/eventlake');
  });

  test.each([undefined, '', 'relative'])('at home where XDG says %j', (XDG_DATA_HOME) => {
    const environment = XDG_DATA_HOME === undefined ? {} : { XDG_DATA_HOME };

    expect(dataFolderOf(environment, '/home/a')).toBe('/home/a/.local/share/eventlake');
  });
});

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [59.4, '59 s'],
  [200, '3 min 20 s'],
  [119.9, '2 min 0 s'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('What there is one of has no plural', () => {
  expect([counted(0, 'row'), counted(1, 'row'), counted(1234, 'row')]).toEqual([
    '0 rows',
    '1 row',
    '1,234 rows',
  ]);
});

test.each([
  ['/tmp/lake-1', '/tmp/lake-1'],
  ['/tmp/my lake', "'/tmp/my lake'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
])('A shell takes %j as %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

describe('Ctrl-C', () => {
  test('ends a command that does not ask for it, and is told to one that does', () => {
    const streams = { stdin: {}, stdout: {}, stderr: {}, env: {}, cwd: () => '/' };
    const fake = Object.assign(new EventEmitter(), streams);
    const terminal = terminalOf(fake as unknown as NodeJS.Process);
    expect(fake.listenerCount('SIGINT')).toBe(0); // so that the system ends it

    const { interrupted } = terminal;
    fake.emit('SIGINT');

    expect(interrupted.aborted).toBe(true);
    expect(terminal.interrupted).toBe(interrupted);
  });
});
