import { expect, test } from '@jest/globals';
import { functionNotes } from '../../../../local/stream/function-notes.ts';
import { createProgress } from '../../../../local/terminal/progress.ts';
import { createTerminal } from '../../../support/command-fixture.ts';

test('A function that goes on failing is said to fail once', () => {
  const notes: string[] = [];
  const { onFunctionError } = functionNotes({
    note: (message) => notes.push(message),
    step: () => {},
  });

  onFunctionError(new Error('Task timed out'));
  onFunctionError(new Error('Task timed out'));

  expect(notes).toEqual(['The function failed: Task timed out']);
});

test.each<[string, number | undefined, string]>([
  ['said on a terminal', 80, 'Building the function …\n'],
  ['nothing that a pipe hears', undefined, ''],
])('That the function is built is %s', (_, columns, said) => {
  const { terminal, written } = createTerminal(columns === undefined ? {} : { columns });

  functionNotes(createProgress(terminal)).onBuild();

  expect(written().stderr).toBe(said);
});
