import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { UsageError } from '../../errors.ts';
import type { Source } from '../../input/read-pieces.ts';
import { serviceErrorOf } from './service-error.ts';

/**
 * The objects below `s3://BUCKET/PREFIX`, in the order of their keys.
 * Amazon S3 API Reference, ListObjectsV2 and GetObject.
 * @throws UsageError for no such address, EnvironmentError for what S3 refuses
 */
export async function objectsBelow(address: string, region?: string): Promise<Source[]> {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(address) ?? [];
  if (bucket === undefined) {
    throw new UsageError(`${address} has to be of the form s3://BUCKET/PREFIX.`);
  }
  // By the path, so that an endpoint of one's own need not be a name of many buckets.
  const client = new S3Client({
    forcePathStyle: true,
    followRegionRedirects: true,
    ...(region !== undefined && { region }),
  });

  async function* read(key: string): AsyncGenerator<Uint8Array> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      yield* Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw serviceErrorOf(error, 'S3');
    }
  }

  const sources: Source[] = [];
  try {
    for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
      const { Contents = [], NextContinuationToken } = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token && { ContinuationToken: token }),
        }),
      );
      for (const { Key: key = '', Size: bytes = 0 } of Contents) {
        const open = () => Readable.from(read(key), { objectMode: false });
        if (bytes > 0) sources.push({ name: `s3://${bucket}/${key}`, bytes, open });
      }
      token = NextContinuationToken;
    }
  } catch (error) {
    throw serviceErrorOf(error, 'S3');
  }
  return sources;
}
