import { Buffer } from 'node:buffer';
import { type Attempt, attempt, attemptAsync, type RecordError } from '../errors.ts';
import { createMemory } from '../tags/memory.ts';
import type { TagFilter } from '../tags/tag-set.ts';
import { createTags } from '../tags/tags.ts';
import { failureLineOf } from './failure-line.ts';
import { FileError } from './failures.ts';
import { filesAhead } from './files-ahead.ts';
import { type SkipReason, type TrailFile, trailFileOf } from './key.ts';
import {
  begunKey,
  failureFolder,
  isOwnObject,
  type PartRef,
  partitionFolder,
  receiptKey,
} from './layout.ts';
import type { TrailLimits } from './limits.ts';
import { createObjectSet, type PackedObject } from './object-set.ts';
import { jsonBytesOf, jsonIn, type Part, type PartFile, rowVersion } from './part.ts';
import { piecesIn, type UnpackBudget } from './read-file.ts';
import type { NamedObject, PartCounts, Receipt } from './receipt.ts';
import { noCounts } from './receipt.ts';
import { type LineOptions, type RecordLine, recordLineOf } from './record-line.ts';
import type { Storage } from './storage.ts';

export interface PartOptions {
  readonly trail: Storage;
  readonly lake: Storage;
  /** Sources with a partition of their own. */
  readonly sources: ReadonlySet<string>;
  /** Which tags rows keep, by key. */
  readonly isKept: TagFilter;
  readonly limits: TrailLimits;
  /** Throws where no time is left: the part is then run again, whole. */
  readonly checkTime: () => void;
  /** Told of what only a bug of ours explains; the record is a failure. */
  readonly onBug: (error: unknown) => void;
}

/** The part ran out of time. It has no receipt, and is run again from its beginning. */
export class PartTimeError extends Error {
  override readonly name = 'PartTimeError';
}

/**
 * Reads the files of a part and writes their rows.
 *
 * The order of its writes decides what an interruption leaves behind: what the part may write is named
 * first (`begun`), then its objects are put, then those that only an earlier run of it has named are
 * deleted, then the receipt says that it is complete, and the note that it had begun goes. So
 * whatever the code, the sources or the tags of an earlier run were, the next run that comes to its end
 * leaves what it would have written into an empty lake.
 */
export async function runPart(part: Part, ref: PartRef, options: PartOptions): Promise<Receipt> {
  const { lake } = options;
  const earlier = await objectsNamedIn(lake, [receiptKey(ref), begunKey(ref)]);
  const writer = createPartWriter(lake, ref, earlier);
  const receipt = await readPart(part, ref, writer.putAll, options);
  const own = new Set(receipt.objects.map(({ key }) => key));
  await lake.remove([...earlier].filter((key) => !own.has(key)));
  await lake.put(receiptKey(ref), jsonBytesOf(receipt));
  await lake.remove([begunKey(ref)]);
  return receipt;
}

/** Marks parts as begun, so that they are run again. Notes of those that have begun stay as they are. */
export async function markBegun(parts: readonly PartRef[], lake: Storage): Promise<void> {
  for (const ref of parts) await lake.create(begunKey(ref), jsonBytesOf({ objects: [] }));
}

/** Objects that receipts or notes of a part name, those that are there. */
async function objectsNamedIn(lake: Storage, keys: readonly string[]): Promise<Set<string>> {
  const named = new Set<string>();
  for (const key of keys) {
    const bytes = await lake.get(key);
    const found = bytes && (jsonIn(bytes) as { readonly objects?: readonly NamedObject[] });
    for (const object of found?.objects ?? []) if (isOwnObject(object.key)) named.add(object.key);
  }
  return named;
}

function createPartWriter(lake: Storage, ref: PartRef, earlier: ReadonlySet<string>) {
  const named = new Set(earlier);
  let isBegun = false;
  return {
    /** Puts objects, once a note names them. */
    async putAll(objects: readonly PackedObject[]): Promise<void> {
      const isNew = objects.some(({ key }) => !named.has(key));
      for (const { key } of objects) named.add(key);
      if (isNew || !isBegun) {
        const note = { objects: [...named].sort().map((key) => ({ key })) };
        await lake.put(begunKey(ref), jsonBytesOf(note));
        isBegun = true;
      }
      for (const { key, body } of objects) await lake.put(key, body);
    },
  };
}

/** Objects that are put at a time once all is read, so that the note is written once and memory is bounded. */
async function readPart(
  part: Part,
  ref: PartRef,
  putAll: (objects: readonly PackedObject[]) => Promise<void>,
  options: PartOptions,
): Promise<Receipt> {
  const { limits, sources, checkTime, onBug } = options;
  const written: NamedObject[] = [];
  const put = async (objects: readonly PackedObject[]) => {
    await putAll(objects);
    written.push(...objects.map(({ key, lines, bytes }) => ({ key, lines, bytes })));
  };
  const set = createObjectSet({ partId: part.id, limits, onObject: (object) => put([object]) });
  // A memory of its own, and nobody to ask: the same part tells the same.
  const tags = createTags({ lookUp: undefined, isKept: options.isKept, memory: createMemory() });
  const lineOptions = { sources, tags, limits };
  const tally = createTally();
  const budget: UnpackBudget = { left: limits.maxUnpackedPartBytes };

  const fail = async (file: OpenFile, error: RecordError | FileError, at: FailurePlace) => {
    const { code, message: reason } = error;
    const { key } = file.listed;
    tally.failed(code);
    if (code === 'UNEXPECTED') onBug(error.cause);
    const failure = { code, reason, bucket: part.bucket, key, arrivalMs: file.arrivalMs, ...at };
    await set.add(failureFolder(part.day), failureLineOf(failure, limits.maxRawBytes));
  };

  /** @returns why it is no row, where that is so */
  const write = async (file: OpenFile, bytes: Uint8Array) => {
    const made = await attemptLine(bytes, file, lineOptions);
    if (!made.ok) return made.error;
    const { source, day, line } = made.value;
    const folder = partitionFolder(source, day);
    if (!set.hasRoomFor(folder)) return new FileError('TOO_MANY_PARTITIONS');
    tally.row(made.value, isElsewhere(line, file));
    await set.add(folder, line);
    return undefined;
  };

  /** @returns why the file failed, where it did */
  const readFile = async (file: OpenFile, chunks: AsyncIterable<Uint8Array>) => {
    let records = 0;
    let failures = 0;
    let failedAs: string | undefined;
    for await (const pieces of piecesIn(chunks, file.listed.bytes, limits, budget)) {
      for (const piece of pieces) {
        checkTime();
        const { offset, bytes } = piece;
        tally.event();
        if (failures >= limits.maxFileFailures) {
          const error = new FileError('TOO_MANY_FAILURES');
          await fail(file, error, { offset, bytes });
          return error.code;
        }
        if ('broken' in piece) {
          failures++;
          failedAs = piece.broken.code;
          await fail(file, piece.broken, { offset, bytes });
          continue;
        }
        records++;
        const error = await write(file, bytes);
        if (!error) continue;
        failures++;
        await fail(file, error, { record: records, offset, bytes });
      }
    }
    return failedAs;
  };

  for await (const { listed, chunks } of filesAhead(part.files, options.trail, limits)) {
    checkTime();
    const named = trailFileOf(listed.key);
    if (typeof named === 'string') {
      tally.skipped(named, listed);
      continue;
    }
    const file = openFileOf(listed, named);
    try {
      tally.file(listed, await readFile(file, chunks));
    } catch (thrown) {
      if (!(thrown instanceof FileError)) throw thrown;
      tally.event();
      await fail(file, thrown, { bytes: noBytes });
      tally.file(listed, thrown.code);
    }
  }

  let waiting: PackedObject[] = [];
  for await (const object of set.close()) waiting.push(object);
  checkTime();
  await put(waiting);
  waiting = [];
  return {
    form: 1,
    part: part.id,
    ...ref,
    bucket: part.bucket,
    ...tally.result(written),
    objects: written.sort((a, b) => (a.key < b.key ? -1 : 1)),
    code: { rows: rowVersion, sources: [...sources].sort() },
  };
}

const noBytes = Buffer.alloc(0);

type FailurePlace = {
  readonly record?: number;
  readonly offset?: number;
  readonly bytes: Uint8Array;
};

/** The line of a record; most are there at once. */
async function attemptLine(
  bytes: Uint8Array,
  file: OpenFile,
  options: LineOptions,
): Promise<Attempt<RecordLine>> {
  const made = attempt(() => recordLineOf(bytes, file, options));
  if (!made.ok) return made;
  const { value } = made;
  return value instanceof Promise ? attemptAsync(() => value) : { ok: true, value };
}

interface OpenFile {
  readonly listed: PartFile;
  readonly day: string;
  readonly arrivalMs: number;
  /** How a line says that it is of the account and the Region of the key. */
  readonly account: Buffer;
  readonly region: Buffer;
}

function openFileOf(listed: PartFile, { account, region, day, madeMs }: TrailFile): OpenFile {
  return {
    listed,
    day,
    arrivalMs: madeMs ?? Math.max(0, Math.floor(listed.modifiedMs)),
    account: Buffer.from(`"recipient_account":"${account}"`),
    region: Buffer.from(`"region":"${region}"`),
  };
}

const anyAccount = Buffer.from('"recipient_account":"');
const anyRegion = Buffer.from('"region":"');

/** Cells of text hold these with their quotes escaped: found like this they are cells of the row. */
function isElsewhere(line: Uint8Array, { account, region }: OpenFile): boolean {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length);
  return (
    (!text.includes(account) && text.includes(anyAccount)) ||
    (!text.includes(region) && text.includes(anyRegion))
  );
}

/** Failed files that a receipt names. */
const maxNamedFiles = 1000;

function createTally() {
  const counts: { -readonly [C in keyof PartCounts]: number } = { ...noCounts };
  const skippedBy: Partial<Record<SkipReason, number>> = {};
  const failuresByCode: Record<string, number> = {};
  const failedFiles: { key: string; code: string }[] = [];
  const listed = ({ bytes }: PartFile) => {
    counts.filesListed++;
    counts.bytesListed += bytes;
  };
  return {
    event: () => void counts.events++,
    row({ isDayOfKey }: RecordLine, isElsewhereToo: boolean) {
      counts.rows++;
      if (isDayOfKey) counts.daysOfKeys++;
      if (isElsewhereToo) counts.elsewhere++;
    },
    failed(code: string) {
      counts.failures++;
      failuresByCode[code] = (failuresByCode[code] ?? 0) + 1;
    },
    skipped(reason: SkipReason, file: PartFile) {
      listed(file);
      counts.filesSkipped++;
      skippedBy[reason] = (skippedBy[reason] ?? 0) + 1;
    },
    file(file: PartFile, failedAs: string | undefined) {
      listed(file);
      if (failedAs === undefined) {
        counts.filesRead++;
        return;
      }
      counts.filesFailed++;
      if (failedFiles.length < maxNamedFiles) failedFiles.push({ key: file.key, code: failedAs });
    },
    result: (objects: readonly NamedObject[]) => ({
      counts: {
        ...counts,
        objects: objects.length,
        bytesOfLines: objects.reduce((sum, { bytes }) => sum + bytes, 0),
      },
      skippedBy,
      failuresByCode: Object.fromEntries(Object.entries(failuresByCode).sort()),
      failedFiles,
    }),
  };
}
