import { Buffer } from 'node:buffer';
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { attempt } from '../errors.ts';
import { isGzip } from '../events/gzip.ts';
import { FileError } from './failures.ts';
import { digestKind, type FileFilter } from './key.ts';
import type { Storage } from './storage.ts';
import { createUnpacker } from './unpacker.ts';
import { objectsIn, walk } from './walk.ts';

/**
 * Holds the files of a trail against the digests that CloudTrail delivers beside them.
 *
 * AWS CloudTrail User Guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log
 * file integrity validation": a digest has the SHA-256 of each file of its hour and of the digest before, both
 * after gunzip, and is signed with RSA (PKCS #1 v1.5) by a key that CloudTrail publishes.
 */
export const findings = {
  FILE_MISSING: 'A digest names the file, and it is not there.',
  FILE_CHANGED: 'The file is not what the digest says that it was.',
  FILE_UNREADABLE: 'The file cannot be read, so that nobody knows.',
  DIGEST_UNREADABLE: 'The digest is no digest, or cannot be read.',
  DIGEST_MOVED: 'The digest says that it is another.',
  DIGEST_MISSING: 'The digest that the next one names is not there.',
  DIGEST_CHANGED: 'The digest is not what the next one says that it was.',
  SIGNATURE_WRONG: 'The digest was not signed by the key that it names.',
  KEY_UNKNOWN: 'The digest names a key that is not among those given.',
  NO_SIGNATURE: 'The signature of the digest is neither with it nor in the next one.',
  HOURS_WITHOUT_DIGEST: 'No digest covers the time before this one.',
} as const;

export type FindingCode = keyof typeof findings;

export interface Finding {
  readonly code: FindingCode;
  readonly key: string;
  readonly detail?: string;
}

/** A key as `ListPublicKeys` gives it: PKCS #1, DER, base64. */
export interface PublicKey {
  readonly Fingerprint: string;
  readonly Value: string;
}

export interface Verification {
  readonly month: string;
  readonly digests: number;
  /** Files that digests name. */
  readonly files: number;
  readonly findings: readonly Finding[];
  readonly byCode: Readonly<Partial<Record<FindingCode, number>>>;
}

export interface VerifyOptions {
  readonly trail: Storage;
  readonly prefix: string;
  readonly publicKeys: readonly PublicKey[];
  readonly checkTime: () => void;
}

/** Findings that are told one by one; all are counted. */
const maxFindings = 1000;
/** A digest has 300 bytes for each file of an hour. */
const maxDigestBytes = 256 * 1024 * 1024;

/** @param filter days are those of the digests: that of a file's hour is delivered within the next */
export async function verifyMonth(
  month: string,
  filter: FileFilter,
  { trail, prefix, publicKeys, checkTime }: VerifyOptions,
): Promise<Verification> {
  const keys = new Map(publicKeys.map((key) => [key.Fingerprint, key]));
  const report = createReport();
  const { folders, loose } = await walk(trail, prefix, { ...filter, ...daysAround(month) }, 'day', [
    digestKind,
  ]);
  const below = await objectsIn(trail, [...folders.values()].flat());
  const objects = [...below.objects, ...loose];
  const loaded = new Map<string, Digest>();
  const wanted: Digest[] = [];
  for (const place of objects.flatMap(({ key }) => placeOf(key) ?? []).sort(byEnd)) {
    checkTime();
    const digest = await load(trail, place.key);
    const isWanted = place.day.startsWith(month);
    if (typeof digest === 'string') {
      if (isWanted) report.add('DIGEST_UNREADABLE', place.key, digest);
      continue;
    }
    loaded.set(digest.fields.digestS3Object, digest);
    if (isWanted) wanted.push(digest);
  }
  const nextOf = new Map(
    [...loaded.values()].flatMap((digest) => {
      const { previousDigestS3Object: previous } = digest.fields;
      return typeof previous === 'string' ? [[previous, digest] as const] : [];
    }),
  );

  let files = 0;
  const earlier = new Map<string, Digest>();
  for (const digest of wanted) {
    const { key, fields } = digest;
    if (!fields.digestS3Object.endsWith(nameIn(key))) report.add('DIGEST_MOVED', key);
    await checkSignature(digest, nextOf.get(fields.digestS3Object), trail, keys, report);
    await checkPrevious(digest, loaded, earlier, trail, report);
    for (const file of fields.logFiles) {
      checkTime();
      files++;
      await checkFile(file, digest, trail, report);
    }
    if (!isBackfill(key)) earlier.set(chainOf(key), digest);
  }
  return { month, digests: wanted.length, files, ...report.result() };
}

/** The digest of a month's last hour comes on the next day, and has its signature in the one behind it. */
function daysAround(month: string): Pick<FileFilter, 'from' | 'to'> {
  const end = new Date(`${month}-01T00:00:00Z`);
  end.setUTCMonth(end.getUTCMonth() + 1);
  return { from: `${month}-01`, to: end.toISOString().slice(0, 10) };
}

interface LogFile {
  readonly s3Object: string;
  readonly hashValue: string;
}

interface DigestFields {
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly previousDigestS3Object?: string | null;
  readonly previousDigestHashValue?: string | null;
  readonly previousDigestSignature?: string | null;
  readonly logFiles: readonly LogFile[];
}

interface Digest {
  readonly key: string;
  readonly fields: DigestFields;
  /** Of its bytes after gunzip, hex. */
  readonly hash: string;
}

const digestName =
  /(?:^|\/)(\d{12}_CloudTrail-Digest_.+)_(\d{4})(\d{2})(\d{2})T(\d{6})Z(?:_backfill)?\.json\.gz$/;

interface Place {
  readonly key: string;
  readonly day: string;
  readonly end: string;
}

function placeOf(key: string): Place | undefined {
  const [, , year, month, day, time] = digestName.exec(key) ?? [];
  return year === undefined
    ? undefined
    : { key, day: `${year}-${month}-${day}`, end: `${year}${month}${day}${time}` };
}

function byEnd(a: Place, b: Place): number {
  if (a.end !== b.end) return a.end < b.end ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}

function nameIn(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** What account, Region and trail a digest is of. */
function chainOf(key: string): string {
  return digestName.exec(key)?.[1] ?? key;
}

/** Digests of files that came too late for their own: they are signed, and in no chain. */
function isBackfill(key: string): boolean {
  return key.endsWith('_backfill.json.gz');
}

/** A digest, or why it cannot be read. */
async function load(trail: Storage, key: string): Promise<Digest | string> {
  let bytes: Buffer;
  try {
    bytes = await bytesOf(trail, key);
  } catch (error) {
    if (error instanceof FileError) return error.code;
    throw error;
  }
  const unpacked = attempt(
    () => (isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: maxDigestBytes }) : bytes),
    'BAD_GZIP',
  );
  if (!unpacked.ok) return unpacked.error.message;
  const fields = attempt(() => JSON.parse(unpacked.value.toString('utf8')), 'BAD_JSON');
  if (!fields.ok || !isDigest(fields.value)) return 'it is no digest';
  return { key, fields: fields.value, hash: sha256().update(unpacked.value).digest('hex') };
}

function isDigest(value: unknown): value is DigestFields {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  const texts = [
    'digestStartTime',
    'digestEndTime',
    'digestS3Bucket',
    'digestS3Object',
    'digestPublicKeyFingerprint',
  ];
  return (
    texts.every((name) => typeof fields[name] === 'string') &&
    Array.isArray(fields.logFiles) &&
    fields.logFiles.every(
      (file) => typeof file?.s3Object === 'string' && typeof file?.hashValue === 'string',
    )
  );
}

async function bytesOf(trail: Storage, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of trail.open(key)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const sha256 = () => createHash('sha256');

/** A copy of a bucket keeps no signatures: then the next digest has that of the one before. */
async function checkSignature(
  { key, fields, hash }: Digest,
  next: Digest | undefined,
  trail: Storage,
  keys: ReadonlyMap<string, PublicKey>,
  report: Report,
): Promise<void> {
  const { signature } = await trail.metadata(key);
  const told = next?.fields.previousDigestSignature ?? undefined;
  if (signature !== undefined && told !== undefined && signature !== told) {
    report.add('DIGEST_CHANGED', key, 'its signature is not the one that the next digest has');
  }
  const hex = signature ?? told;
  if (hex === undefined) return report.add('NO_SIGNATURE', key);
  const publicKey = keyOf(keys.get(fields.digestPublicKeyFingerprint));
  if (!publicKey) return report.add('KEY_UNKNOWN', key, fields.digestPublicKeyFingerprint);
  const { digestEndTime, digestS3Bucket, digestS3Object, previousDigestSignature } = fields;
  const signed = [
    digestEndTime,
    `${digestS3Bucket}/${digestS3Object}`,
    hash,
    previousDigestSignature ?? 'null',
  ].join('\n');
  const isRight = verify('sha256', Buffer.from(signed), publicKey, Buffer.from(hex, 'hex'));
  if (!isRight) report.add('SIGNATURE_WRONG', key);
}

function keyOf(key: PublicKey | undefined): KeyObject | undefined {
  if (!key) return undefined;
  const made = attempt(() =>
    createPublicKey({ key: Buffer.from(key.Value, 'base64'), format: 'der', type: 'pkcs1' }),
  );
  return made.ok ? made.value : undefined;
}

/** The chain from digest to digest, and the hours that it covers. */
async function checkPrevious(
  digest: Digest,
  loaded: ReadonlyMap<string, Digest>,
  earlier: ReadonlyMap<string, Digest>,
  trail: Storage,
  report: Report,
): Promise<void> {
  const { key, fields } = digest;
  if (isBackfill(key)) return;
  const before = earlier.get(chainOf(key));
  const gap = before && before.fields.digestEndTime < fields.digestStartTime;
  if (gap) {
    const detail = `${before.fields.digestEndTime} to ${fields.digestStartTime}`;
    report.add('HOURS_WITHOUT_DIGEST', key, detail);
  }
  const { previousDigestS3Object: name, previousDigestHashValue: hash } = fields;
  if (typeof name !== 'string') return;
  const previousKey = keyFor(name, digest);
  const previous = loaded.get(name) ?? (await load(trail, previousKey));
  if (previous === 'FILE_MISSING') return report.add('DIGEST_MISSING', previousKey);
  if (typeof previous === 'string') return; // told where it is read itself
  if (typeof hash === 'string' && previous.hash !== hash) {
    report.add('DIGEST_CHANGED', previous.key, 'its hash is not the one that the next digest has');
  }
}

/** Where an object that a digest names lies in a copy that begins somewhere below. */
function keyFor(name: string, { key, fields: { digestS3Object } }: Digest): string {
  if (!digestS3Object.endsWith(key)) return name;
  const above = digestS3Object.slice(0, digestS3Object.length - key.length);
  return name.startsWith(above) ? name.slice(above.length) : name;
}

async function checkFile(
  { s3Object, hashValue }: LogFile,
  digest: Digest,
  trail: Storage,
  report: Report,
): Promise<void> {
  const key = keyFor(s3Object, digest);
  try {
    const hash = await hashOf(trail.open(key));
    if (hash !== hashValue) report.add('FILE_CHANGED', key);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.code === 'FILE_MISSING') report.add('FILE_MISSING', key);
    else report.add('FILE_UNREADABLE', key, error.code);
  }
}

/** Of the bytes after gunzip; undefined where they are no gzip. Nothing of them is kept. */
async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const hash = sha256();
  const unpacker = createUnpacker();
  try {
    for await (const chunk of chunks) {
      for (const unpacked of await unpacker.write(chunk)) hash.update(unpacked);
      if (unpacker.failure()) return undefined;
    }
    for (const unpacked of await unpacker.end()) hash.update(unpacked);
    return unpacker.failure() ? undefined : hash.digest('hex');
  } finally {
    unpacker.close();
  }
}

type Report = ReturnType<typeof createReport>;

function createReport() {
  const told: Finding[] = [];
  const byCode: Partial<Record<FindingCode, number>> = {};
  return {
    add(code: FindingCode, key: string, detail?: string): void {
      byCode[code] = (byCode[code] ?? 0) + 1;
      if (told.length < maxFindings) told.push({ code, key, ...(detail && { detail }) });
    },
    result: () => ({ findings: told, byCode }),
  };
}
