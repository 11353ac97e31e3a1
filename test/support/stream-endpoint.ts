import {
  createFirehoseEndpoint,
  type FirehoseCall,
  type FirehoseFault,
} from '../../local/endpoints/firehose.ts';

/**
 * The stream `events` that keeps what it takes, behind an endpoint that speaks the service's protocol.
 * @param idOf the RecordId that it answers for a record; undefined leaves it out
 */
export async function openStreamEndpoint(
  fault?: (call: FirehoseCall) => FirehoseFault | undefined | false,
  idOf: (record: string) => string | undefined = () => 'id',
) {
  const taken: string[] = [];
  const take = (record: Uint8Array) => {
    const text = Buffer.from(record).toString();
    taken.push(text);
    // What is undefined is not in the JSON of the answer.
    return { RecordId: idOf(text) as string };
  };
  const endpoint = await createFirehoseEndpoint({
    streamName: 'events',
    sink: {
      putRecord: async (record) => ({ ...take(record), Encrypted: false }),
      putRecordBatch: async (records) => ({
        FailedPutCount: 0,
        Encrypted: false,
        RequestResponses: records.map(take),
      }),
    },
    ...(fault && { fault }),
  });
  return { endpoint, taken };
}
