import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PublicKey } from '../../src/trail/verify.ts';
import { trailFile, trailKey, trailRecord } from './trail-fixture.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const signingKey: PublicKey = {
  Fingerprint: '31e8b5433410dfb61a9dc45cc65b22ff',
  Value: publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64'),
};

export interface SignedTrail {
  readonly objects: Map<string, Uint8Array>;
  /** Signatures beside the digests, by key. */
  readonly signatures: Map<string, string>;
  readonly digestKeys: readonly string[];
  readonly fileKeys: readonly string[];
}

const hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export function digestKey(hour: number, suffix = ''): string {
  const end = `${String(hour).padStart(2, '0')}0131`;
  return `AWSLogs/123456789012/CloudTrail-Digest/eu-west-1/2024/02/01/123456789012_CloudTrail-Digest_eu-west-1_our-trail_eu-west-1_20240201T${end}Z${suffix}.json.gz`;
}

/** A trail of some hours, each with two files and a digest of them, signed as CloudTrail signs. */
export function signedTrail(hours = 4): SignedTrail {
  const objects = new Map<string, Uint8Array>();
  const signatures = new Map<string, string>();
  const fileKeys: string[] = [];
  const digestKeys: string[] = [];
  let previous: { key: string; hash: string; signature: string } | undefined;
  for (let hour = 1; hour <= hours; hour++) {
    const logFiles = ['a', 'b'].map((unique) => {
      const key = trailKey({ time: `${String(hour - 1).padStart(2, '0')}30`, unique });
      const bytes = trailFile([trailRecord({ id: `${hour}-${unique}` })]);
      objects.set(key, bytes);
      fileKeys.push(key);
      return {
        s3Bucket: 'trail',
        s3Object: key,
        hashValue: hex(gunzipSync(bytes)),
        hashAlgorithm: 'SHA-256',
      };
    });
    const key = digestKey(hour);
    const time = (at: number) => `2024-02-01T${String(at).padStart(2, '0')}:01:31Z`;
    const digest = {
      awsAccountId: '123456789012',
      digestStartTime: time(hour - 1),
      digestEndTime: time(hour),
      digestS3Bucket: 'trail',
      digestS3Object: key,
      digestPublicKeyFingerprint: signingKey.Fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      previousDigestS3Bucket: previous && 'trail',
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: 'SHA-256',
      previousDigestSignature: previous?.signature ?? null,
      logFiles,
    };
    const text = Buffer.from(JSON.stringify(digest));
    const signed = [digest.digestEndTime, `trail/${key}`, hex(text), previous?.signature ?? 'null'];
    const signature = sign('sha256', Buffer.from(signed.join('\n')), privateKey).toString('hex');
    objects.set(key, gzipSync(text));
    signatures.set(key, signature);
    digestKeys.push(key);
    previous = { key, hash: hex(text), signature };
  }
  return { objects, signatures, digestKeys, fileKeys };
}
