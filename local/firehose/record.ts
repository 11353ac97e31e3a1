/** A record on its way through the stream. */
export interface StreamRecord {
  /** The id that the function sees: opaque, unique, increasing. It is not the RecordId that a put answers. */
  readonly recordId: string;
  /** The approximate arrival, epoch ms. */
  readonly arrivalMs: number;
  /** The bytes as they were put, in base64, the form that both the function and the error output get. */
  readonly data: string;
  /** How many bytes were put. */
  readonly bytes: number;
}

/**
 * Makes records of what is put. Their ids have 62 digits, as the service's, with a counter in them:
 * base64 is made once here, for all attempts.
 */
export function createRecordMaker(): (data: Uint8Array, arrivalMs: number) => StreamRecord {
  let count = 0;
  return (data, arrivalMs) => ({
    recordId: `49640912821178817833517986${String(++count).padStart(30, '0')}000000`,
    arrivalMs,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    bytes: data.byteLength,
  });
}
