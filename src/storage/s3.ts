import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { FileError } from '../trail/failures.ts';
import type { ListedObject, Storage } from '../trail/storage.ts';

export interface BucketOptions {
  readonly bucket: string;
  /** The account that owns it: a bucket of the same name that somebody else made is refused. */
  readonly owner?: string | undefined;
  readonly region?: string | undefined;
  /** Default: as the environment says. */
  readonly endpoint?: string | undefined;
}

/** How often the rest of an object is asked for, once its bytes stop coming. */
const maxResumes = 3;

/**
 * A bucket as a storage.
 * Amazon S3 API Reference, ListObjectsV2, GetObject, PutObject (If-None-Match), DeleteObject.
 */
export function bucketStorage({ bucket, owner, region, endpoint }: BucketOptions): Storage {
  const Bucket = bucket;
  const own = { Bucket, ...(owner && { ExpectedBucketOwner: owner }) };
  // By the path, so that an endpoint of one's own need not be a name of many buckets.
  const client = new S3Client({
    forcePathStyle: true,
    followRegionRedirects: true,
    maxAttempts: 6,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  });

  async function* pages(
    prefix: string,
    delimiter?: string,
  ): AsyncGenerator<ListObjectsV2CommandOutput> {
    for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
      const page: ListObjectsV2CommandOutput = await client
        .send(
          new ListObjectsV2Command({
            ...own,
            Prefix: prefix,
            ...(delimiter && { Delimiter: delimiter }),
            ...(token && { ContinuationToken: token }),
          }),
        )
        .catch((error: unknown) => {
          throw fileErrorOf(error, `s3://${bucket}/${prefix}`);
        });
      yield page;
      token = page.NextContinuationToken;
    }
  }

  return {
    name: bucket,
    async *list(prefix) {
      for await (const { Contents = [] } of pages(prefix)) yield Contents.map(listedOf);
    },
    async level(folder) {
      const folders: string[] = [];
      const objects: ListedObject[] = [];
      for await (const { Contents = [], CommonPrefixes = [] } of pages(folder, '/')) {
        folders.push(...CommonPrefixes.flatMap(({ Prefix }) => Prefix ?? []));
        objects.push(...Contents.map(listedOf));
      }
      return { folders, objects };
    },
    async *open(key, etag) {
      let at = 0;
      for (let resumes = 0; ; resumes++) {
        try {
          const { Body } = await client.send(
            new GetObjectCommand({
              ...own,
              Key: key,
              ...(etag && { IfMatch: etag }),
              ...(at > 0 && { Range: `bytes=${at}-` }),
            }),
          );
          for await (const chunk of Body as AsyncIterable<Uint8Array>) {
            at += chunk.length;
            yield chunk;
          }
          return;
        } catch (error) {
          const told = fileErrorOf(error, `s3://${bucket}/${key}`);
          if (told instanceof FileError || at === 0 || resumes === maxResumes) throw told;
        }
      }
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ ...own, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    async metadata(key) {
      try {
        const { Metadata = {} } = await client.send(new HeadObjectCommand({ ...own, Key: key }));
        return Metadata;
      } catch (error) {
        if (['NotFound', 'NoSuchKey'].includes((error as Error).name)) return {};
        throw error;
      }
    },
    async put(key, body) {
      await client.send(new PutObjectCommand({ ...own, Key: key, Body: body }));
    },
    async create(key, body) {
      try {
        const command = new PutObjectCommand({ ...own, Key: key, Body: body, IfNoneMatch: '*' });
        await client.send(command);
        return true;
      } catch (error) {
        if (['PreconditionFailed', 'ConditionalRequestConflict'].includes((error as Error).name)) {
          return false;
        }
        throw error;
      }
    },
    async remove(keys) {
      for (const key of keys) await client.send(new DeleteObjectCommand({ ...own, Key: key }));
    },
  };
}

function listedOf(
  object: NonNullable<ListObjectsV2CommandOutput['Contents']>[number],
): ListedObject {
  const { Key: key = '', ETag: etag = '', Size: bytes = 0, LastModified, StorageClass } = object;
  return { key, etag, bytes, modifiedMs: LastModified?.getTime() ?? 0, storageClass: StorageClass };
}

/** Amazon S3 API Reference, Error responses. */
function fileErrorOf(error: unknown, place: string): unknown {
  const { name, $metadata } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (name === 'NoSuchKey') return new FileError('FILE_MISSING');
  if (name === 'InvalidObjectState') return new FileError('FILE_ARCHIVED');
  if (name === 'PreconditionFailed' || status === 412) return new FileError('FILE_CHANGED');
  if (name === 'AccessDenied' || name === 'AccessDeniedException') {
    return new FileError('FILE_DENIED', `${place}: access denied`);
  }
  return error;
}
