/**
 * Why a file of a trail, or a record in one, could not be read, where the stream has no code for it: those
 * of src/errors.ts are used as well. docs/failures.md is generated from this list.
 */
export const fileFailures = {
  FILE_MISSING: {
    meaning: 'The file was there when it was listed, and is no longer.',
    cause: 'A lifecycle rule or a person deleted it in between.',
    cure: 'Nothing can be read any more; a copy can be planned in its place.',
  },
  FILE_CHANGED: {
    meaning: 'The file is not the version that was listed.',
    cause: 'Somebody put another object in its place: CloudTrail never does.',
    cure: 'Hold it against the digests (`backfill --verify`), then plan it again with `--again`.',
  },
  FILE_DENIED: {
    meaning: 'The file may not be read.',
    cause:
      'The role has no permission for this key, or none for the KMS key that it is encrypted with.',
    cure: 'Grant it, then read the part again with `--again`.',
  },
  FILE_ARCHIVED: {
    meaning: 'The file is in a storage class that cannot be read as it is.',
    cause: 'A lifecycle rule moved it to Glacier Flexible Retrieval or Deep Archive.',
    cure: 'Restore it (`aws s3api restore-object`), then read the part again with `--again`.',
  },
  PART_TOO_LARGE: {
    meaning: 'The files of its part unpack to more than 16 GiB together.',
    cause: 'No trail writes so much into 256 MB; somebody put bombs into the bucket.',
    cure: 'Find out who writes to the bucket.',
  },
  TOO_MANY_FAILURES: {
    meaning: 'The file holds 1,000 records that cannot be read; the rest of it was left out.',
    cause: 'It is no file of CloudTrail.',
    cure: 'Find out who writes to the bucket.',
  },
  TOO_MANY_PARTITIONS: {
    meaning: 'The rows of its part are of 500 partitions already.',
    cause: 'Its events are of hundreds of days, which no file of CloudTrail has.',
    cure: 'Find out who writes to the bucket.',
  },
} as const satisfies Record<string, { meaning: string; cause: string; cure: string }>;

export type FileFailureCode = keyof typeof fileFailures;

/** A file, or a record for the sake of its part, cannot be read, now or ever. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileFailureCode;

  constructor(code: FileFailureCode, reason: string = fileFailures[code].meaning) {
    super(reason);
    this.code = code;
  }
}
