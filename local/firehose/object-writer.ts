import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { StreamConfiguration } from './configuration.ts';
import { compileDatePattern } from './date-pattern.ts';
import type { ObjectBuffer } from './object-buffers.ts';
import type { ObjectAttributes, StoredObject, StreamPorts } from './ports.ts';
import type { Prefix } from './prefix.ts';

/** How the objects of one output are named and stored. */
export interface ObjectForm {
  readonly prefix: Prefix;
  readonly extension: string;
  readonly compression: 'none' | 'gzip';
}

/** Stores the body of a closed buffer under the buffer's place and its oldest arrival. */
export type WriteObject = (
  buffer: ObjectBuffer,
  body: Uint8Array,
  form: ObjectForm,
) => Promise<StoredObject>;

const compress = promisify(gzip);
const formatNameTime = compileDatePattern('yyyy-MM-dd-HH-mm-ss');
const randomCharacters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * Makes the writer of all objects of a stream:
 * `<evaluated prefix><stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid><extension>`.
 * Amazon Data Firehose Developer Guide, Configure Amazon S3 object name format.
 */
export function createObjectWriter(
  { name, version }: Pick<StreamConfiguration, 'name' | 'version'>,
  { store, uuid, random }: Required<Pick<StreamPorts, 'store' | 'uuid' | 'random'>>,
): WriteObject {
  const randomCharacter = () =>
    randomCharacters.charAt(Math.floor(random() * randomCharacters.length));
  const randomString = () => Array.from({ length: 11 }, randomCharacter).join('');

  return async ({ place, oldestArrivalMs }, body, { prefix, extension, compression }) => {
    const instant = { instantMs: oldestArrivalMs, randomString };
    const objectName = `${name}-${version}-${formatNameTime(oldestArrivalMs)}-${uuid()}${extension}`;
    const key = prefix.evaluate({ ...place, ...instant }) + objectName;
    const stored = compression === 'gzip' ? await compress(body) : body;
    const attributes: ObjectAttributes = {
      contentType: 'application/octet-stream',
      ...(compression === 'gzip' && { contentEncoding: 'gzip' }),
    };
    await store.put(key, stored, attributes);
    const { errorOutputType } = place;
    return { key, bytes: stored.byteLength, ...(errorOutputType && { errorOutputType }) };
  };
}
