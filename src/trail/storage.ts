/** An object as a listing tells of it. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** S3's storage class; undefined on one machine. */
  readonly storageClass?: string | undefined;
}

/** Where trail files are read and a lake is written: a bucket, or a folder of one machine. */
export interface Storage {
  /** What messages and failures call it. */
  readonly name: string;
  /** All objects below a prefix, in the order of their keys, some at a time. */
  list(prefix: string): AsyncIterable<readonly ListedObject[]>;
  /** The folders right below one, each with a final slash, and the objects beside them. */
  level(
    folder: string,
  ): Promise<{ readonly folders: readonly string[]; readonly objects: readonly ListedObject[] }>;
  /**
   * The bytes of an object, in chunks of any size.
   * @param etag if given, those of another version are refused
   * @throws FileError where it cannot be read; whatever else is thrown may pass
   */
  open(key: string, etag?: string): AsyncIterable<Uint8Array>;
  /** The bytes of an object, or undefined where there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** What is kept beside an object, by small names; nothing where there is no object, or no such thing. */
  metadata(key: string): Promise<Readonly<Record<string, string>>>;
  put(key: string, body: Uint8Array): Promise<void>;
  /** Puts it only where there is no object of this key. @returns whether it did */
  create(key: string, body: Uint8Array): Promise<boolean>;
  /** Deletes objects; those that are not there are none to it. */
  remove(keys: readonly string[]): Promise<void>;
}
