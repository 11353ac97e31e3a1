import { getSystemErrorMap } from 'node:util';

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
  EEXIST: 'a part of the path is a file, not a folder: use another',
  EFBIG: 'it would be larger than a file may be there: use another disk',
  EISDIR: 'it is a folder: name a file in it',
  ELOOP: 'its links lead in a circle: name what they should lead to',
  EMFILE: 'too many files are open: raise `ulimit -n`, and try again',
  ENAMETOOLONG: 'the name is too long: use a shorter one',
  ENFILE: 'too many files are open on this machine: close some, and try again',
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full: make room there, and try again',
  ENOTDIR: 'a part of the path is a file, not a folder: use another',
  EPERM: 'permission denied: change its permissions, or use another',
  EROFS: 'the disk is read-only: use another folder',
};

/** What Node says of any other code: `resource busy or locked`. */
const nodesReasons = new Map(getSystemErrorMap().values());

function reasonOf(code: string, verb: string): string | undefined {
  if (code === 'ENOENT' && verb === 'write') return 'there is no such folder: make it';
  const known = reasons[code];
  const nodes = nodesReasons.get(code);
  return known ?? (nodes && `${nodes.charAt(0).toLowerCase()}${nodes.slice(1)} (${code})`);
}

/**
 * What the file system threw, as a sentence for people; anything else is given back as it is.
 * @param verb what was being done, such as `read` or `write`
 * @example throw environmentErrorOf(error, 'read', file) // Cannot read a.json: there is no such file.
 */
export function environmentErrorOf(thrown: unknown, verb: string, path: string): unknown {
  const { code, path: exactPath = path } = thrown as NodeJS.ErrnoException;
  const reason = reasonOf(code ?? '', verb);
  if (!Error.isError(thrown) || reason === undefined) return thrown;
  // As it was typed, unless it is another.
  const shownPath = exactPath.endsWith(path) ? path : exactPath;
  const error = new EnvironmentError(`Cannot ${verb} ${shownPath}: ${reason}.`);
  error.cause = thrown;
  return error;
}

/** The same of what was thrown where nobody has said what was being done: the call says it. */
export function environmentErrorOfCall(thrown: unknown): unknown {
  const { syscall, path } = thrown as NodeJS.ErrnoException;
  if (syscall === undefined || path === undefined) return thrown;
  return environmentErrorOf(thrown, reading.has(syscall) ? 'read' : 'write', path);
}

const reading: ReadonlySet<string> = new Set([
  'access',
  'lstat',
  'open',
  'opendir',
  'read',
  'readlink',
  'realpath',
  'scandir',
  'stat',
]);

/** Errors that code of ours throws by mistake; a client of AWS throws others. */
const bugs: ReadonlySet<string> = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
]);

/**
 * Why a service or its client refused, in a sentence; nothing of a bug of ours, nor of what has a sentence
 * already or gets it from environmentErrorOfCall.
 */
export function serviceReasonOf(thrown: unknown): string | undefined {
  if (!Error.isError(thrown) || environmentErrorOfCall(thrown) instanceof EnvironmentError) {
    return undefined;
  }
  const { name, message } = thrown;
  if (bugs.has(name)) return undefined;
  // The client's own words, before any request.
  if (message === 'Region is missing') return 'there is no Region; set AWS_REGION.';
  return `${name}: ${message}`;
}
