/** What was typed makes no sense: one plain sentence, and what to type instead. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Something that this machine lacks or refuses: one plain sentence with what to do. Exit status 1. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** SQL that cannot be answered; the message is DuckDB's. Exit status 1. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

/** What the file system answers, by its code, and what a person can do about it. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: change its permissions, or use another',
  EDQUOT: 'your quota is used up: make room there, and try again',
  EIO: 'the disk reports an error: try again, or use a copy',
  EISDIR: 'it is a folder: name a file in it',
  EMFILE: 'too many files are open: raise `ulimit -n`, and try again',
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full: make room there, and try again',
  ENOTDIR: 'a part of the path is a file, not a folder: use another',
  EEXIST: 'a part of the path is a file, not a folder: use another',
  EPERM: 'permission denied: change its permissions, or use another',
  EROFS: 'the disk is read-only: use another folder',
};

/**
 * What the file system threw, as a sentence for people; anything else is given back as it is.
 * @param verb what was being done, such as `read` or `write`
 * @example throw environmentErrorOf(error, 'read', file) // Cannot read a.json: there is no such file.
 */
export function environmentErrorOf(thrown: unknown, verb: string, path: string): unknown {
  const { code, path: exactPath = path } = thrown as NodeJS.ErrnoException;
  const isFolderMissing = code === 'ENOENT' && verb === 'write';
  const reason = isFolderMissing ? 'there is no such folder: make it' : reasons[code ?? ''];
  if (!Error.isError(thrown) || reason === undefined) return thrown;
  // As it was typed, unless it is another.
  const shownPath = exactPath.endsWith(path) ? path : exactPath;
  const error = new EnvironmentError(`Cannot ${verb} ${shownPath}: ${reason}.`);
  error.cause = thrown;
  return error;
}
