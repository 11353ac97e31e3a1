import { generateKeyPairSync } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { type PublicKey, verifyMonth } from '../../../src/trail/verify.ts';
import { type SignedTrail, signedTrail, signingKey } from '../../support/digest-fixture.ts';
import { memoryStorage } from '../../support/memory-storage.ts';
import { trailFile, trailRecord } from '../../support/trail-fixture.ts';

interface Copy {
  /** Signatures are kept beside the digests, as in the bucket. */
  readonly isBucket?: boolean;
  readonly keys?: readonly PublicKey[];
}

async function verify(
  { objects, signatures }: SignedTrail,
  { isBucket = true, keys = [signingKey] }: Copy = {},
) {
  const trail = memoryStorage(objects, { name: 'trail' });
  if (isBucket) for (const [key, signature] of signatures) trail.beside.set(key, { signature });
  const options = { trail, prefix: '', publicKeys: keys, checkTime: () => {} };
  const { findings, ...counts } = await verifyMonth('2024-02', {}, options);
  return { ...counts, findings: findings.map(({ code, key }) => [code, key]) };
}

/** Puts another text in the place of one in a digest. */
function forge({ objects }: SignedTrail, key: string, from: string | RegExp, to: string): void {
  const text = gunzipSync(objects.get(key) ?? '').toString();
  objects.set(key, gzipSync(text.replace(from, to)));
}

describe('The files of a trail, held against its digests', () => {
  test('are as they were delivered', async () => {
    expect(await verify(signedTrail())).toEqual({
      month: '2024-02',
      digests: 4,
      files: 8,
      findings: [],
      byCode: {},
    });
  });

  test('are so in a copy without signatures too, but for the last digest, which nothing signs', async () => {
    const trail = signedTrail();

    const { findings } = await verify(trail, { isBucket: false });

    expect(findings).toEqual([['NO_SIGNATURE', trail.digestKeys[3]]]);
  });

  test('are so in a copy that begins further down', async () => {
    const trail = signedTrail();
    const below = (key: string) => key.replace('AWSLogs/', '');
    const moved = {
      ...trail,
      objects: new Map([...trail.objects].map(([key, bytes]) => [below(key), bytes] as const)),
      signatures: new Map([...trail.signatures].map(([key, text]) => [below(key), text] as const)),
    };

    expect(await verify(moved)).toMatchObject({ digests: 4, files: 8, findings: [] });
  });

  test.each<[string, (trail: SignedTrail, file: string, digest: string) => void, string[]]>([
    ['a file is gone', ({ objects }, file) => objects.delete(file), ['FILE_MISSING file']],
    [
      'a file is another',
      ({ objects }, file) => objects.set(file, trailFile([trailRecord({ id: 'forged' })])),
      ['FILE_CHANGED file'],
    ],
    [
      'a file is cut',
      ({ objects }, file) =>
        objects.set(file, (objects.get(file) ?? Buffer.alloc(0)).subarray(0, 50)),
      ['FILE_CHANGED file'],
    ],
    [
      'a file is no gzip',
      ({ objects }, file) => objects.set(file, Buffer.from('{}')),
      ['FILE_CHANGED file'],
    ],
    [
      'a digest is gone',
      ({ objects }, _, digest) => objects.delete(digest),
      ['DIGEST_MISSING digest', 'HOURS_WITHOUT_DIGEST next'],
    ],
    [
      'a digest is no JSON',
      ({ objects }, _, digest) => objects.set(digest, gzipSync('{')),
      ['DIGEST_UNREADABLE digest', 'HOURS_WITHOUT_DIGEST next'],
    ],
    [
      'a digest names fewer files',
      (trail, _, digest) => forge(trail, digest, /"logFiles":\[.*\]/, '"logFiles":[]'),
      ['SIGNATURE_WRONG digest', 'DIGEST_CHANGED digest'],
    ],
    [
      'a digest covers less time',
      (trail, _, digest) =>
        forge(
          trail,
          digest,
          '"digestStartTime":"2024-02-01T01:01',
          '"digestStartTime":"2024-02-01T01:40',
        ),
      ['SIGNATURE_WRONG digest', 'DIGEST_CHANGED digest', 'HOURS_WITHOUT_DIGEST digest'],
    ],
    [
      'a digest lies in the place of another',
      ({ objects, digestKeys }, _, digest) =>
        objects.set(digest, objects.get(digestKeys[0] ?? '') ?? Buffer.alloc(0)),
      ['DIGEST_MOVED digest'],
    ],
    [
      'a signature is another',
      ({ signatures, digestKeys }, _, digest) =>
        signatures.set(digest, signatures.get(digestKeys[0] ?? '') ?? ''),
      ['SIGNATURE_WRONG digest', 'DIGEST_CHANGED digest'],
    ],
    [
      'a signature is no signature',
      ({ signatures }, _, digest) => signatures.set(digest, 'none'),
      ['SIGNATURE_WRONG digest', 'DIGEST_CHANGED digest'],
    ],
  ])('are not where %s', async (_, damage, expected) => {
    // Prepare
    const trail = signedTrail();
    const [, digest = '', next = ''] = trail.digestKeys;
    const file = trail.fileKeys[2] ?? '';
    damage(trail, file, digest);

    // Act
    const { findings } = await verify(trail);

    // Assess
    const named = findings.map(
      ([code, key]) =>
        `${code} ${key === file ? 'file' : key === digest ? 'digest' : key === next ? 'next' : key}`,
    );
    expect(named).toEqual(expect.arrayContaining(expected));
  });

  test('tell nothing where the key is not given, or is another of the same name', async () => {
    const trail = signedTrail();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const Value = publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64');

    expect((await verify(trail, { keys: [] })).byCode).toEqual({ KEY_UNKNOWN: 4 });
    expect((await verify(trail, { keys: [{ ...signingKey, Value }] })).byCode).toEqual({
      SIGNATURE_WRONG: 4,
    });
    expect((await verify(trail, { keys: [{ ...signingKey, Value: 'x' }] })).byCode).toEqual({
      KEY_UNKNOWN: 4,
    });
  });
});
