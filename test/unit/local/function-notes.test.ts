import { expect, test } from '@jest/globals';
import { functionNotes } from '../../../local/function-notes.ts';

test('A function that goes on failing is said to fail once', () => {
  const notes: string[] = [];
  const { onFunctionError } = functionNotes({ note: (message) => notes.push(message) });

  onFunctionError(new Error('Task timed out'));
  onFunctionError(new Error('Task timed out'));

  expect(notes).toEqual(['The function failed: Task timed out']);
});
