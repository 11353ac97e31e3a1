import type { Progress } from '../terminal/progress.ts';

/** What a command says of the function that it runs. */
export function functionNotes({ note, step }: Pick<Progress, 'note' | 'step'>) {
  let errors = 0;
  return {
    onBuild: () => step('Building the function …'),
    /** Only the first: each batch is tried again, and fails for the same reason. */
    onFunctionError: (error: unknown) => {
      if (++errors > 1) return;
      note(`The function failed: ${Error.isError(error) ? error.message : error}`);
    },
  };
}
