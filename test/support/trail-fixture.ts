import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

export interface FilePlace {
  readonly account?: string;
  readonly region?: string;
  readonly day?: string;
  /** `HHmm` of its name. */
  readonly time?: string;
  readonly kind?: string;
  /** Tells files of one minute apart. */
  readonly unique?: string;
  readonly prefix?: string;
}

/** The key of a file as CloudTrail names it. */
export function trailKey({
  account = '123456789012',
  region = 'eu-west-1',
  day = '2024-02-01',
  time = '1005',
  kind = 'CloudTrail',
  unique = 'a',
  prefix = '',
}: FilePlace = {}): string {
  const compact = day.replaceAll('-', '');
  const name = `${account}_${kind}_${region}_${compact}T${time}Z_${unique.padStart(16, '0')}.json.gz`;
  return `${prefix}AWSLogs/${account}/${kind}/${region}/${day.replaceAll('-', '/')}/${name}`;
}

export interface RecordFields {
  readonly id?: string;
  readonly [key: string]: unknown;
}

/** A record as CloudTrail writes it. */
export function trailRecord({ id = 'e-1', ...fields }: RecordFields = {}): Record<string, unknown> {
  return {
    eventVersion: '1.09',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:web',
      arn: 'arn:aws:sts::123456789012:assumed-role/app/web',
      accountId: '123456789012',
    },
    eventTime: '2024-02-01T10:02:03Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.7',
    userAgent: 'aws-cli/2',
    requestParameters: { bucketName: 'media', key: `k/${id}` },
    responseElements: null,
    requestID: `request-${id}`,
    eventID: id,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '123456789012',
    eventCategory: 'Management',
    ...fields,
  };
}

/** The bytes of a file of records. */
export function trailFile(records: readonly unknown[]): Buffer {
  return gzipSync(JSON.stringify({ Records: records }));
}

/** Writes files below a folder, by their keys. */
export function writeTrail(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [key, bytes] of Object.entries(files)) {
    const file = join(folder, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

/** Every object of a lake by its key: its text, as it is after gunzip. Plans and receipts are left out. */
export function objectsIn(lake: string): Map<string, string> {
  const entries = readdirSync(lake, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(lake, file).startsWith('parts/'))
    .sort();
  return new Map(
    files.map((file) => {
      const bytes = readFileSync(file);
      const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return [relative(lake, file), (isZipped ? gunzipSync(bytes) : bytes).toString()];
    }),
  );
}

/** All that makes two lakes the same, in one text. */
export function hashOf(objects: ReadonlyMap<string, string>): string {
  return createHash('sha256')
    .update(JSON.stringify([...objects]))
    .digest('hex');
}

/** The rows, or failures, of objects below a folder. */
export function linesBelow(
  objects: ReadonlyMap<string, string>,
  folder: string,
): Record<string, unknown>[] {
  return [...objects]
    .filter(([key]) => key.startsWith(folder))
    .flatMap(([, text]) => text.split('\n').slice(0, -1))
    .map((line) => JSON.parse(line));
}
