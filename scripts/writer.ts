/** A file of the repository that is made from something else in it. */
export interface GeneratedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  /** What it holds; `null` where there must be no such file (any more). */
  readonly text: string | null;
}

/**
 * The one place that makes certain files. A file belongs to one writer; `files` depends on nothing
 * but the contents of the repository, so that it says the same on every machine and day.
 */
export interface Writer {
  /** What it makes, as the command prints it. */
  readonly makes: string;
  /** What it makes it from. */
  readonly from: string;
  /** @param root the project's folder */
  files(root: URL): Promise<readonly GeneratedFile[]>;
}
