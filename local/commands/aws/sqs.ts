import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { recordOf } from '../../input/record-of.ts';
import type { ErrorLine } from '../../replay/error-objects.ts';
import { serviceErrorOf } from './service-error.ts';

/** Dead letters of a rule: the body of each is the event that could not be put on the stream. */
export interface DeadLetters {
  /** All that are there. They are nobody else's until they are released, or a quarter of an hour has passed. */
  read(): AsyncGenerator<ErrorLine>;
  /** Deletes letters, by their ids. */
  remove(ids: readonly string[]): Promise<void>;
  /** Gives all that were read and not deleted back to the queue. */
  release(): Promise<void>;
}

/** Most of a request. Amazon SQS API Reference, ReceiveMessage. */
const maxMessages = 10;

const holdSeconds = 15 * 60;

/**
 * Amazon EventBridge User Guide, Using dead-letter queues to process undelivered events.
 * @throws EnvironmentError, from each of its functions, for what SQS refuses
 */
export function createDeadLetters(queueUrl: string, region?: string): DeadLetters {
  const { origin: endpoint, host } = new URL(queueUrl);
  const ownRegion = region ?? /^sqs\.([a-z0-9-]+)\./.exec(host)?.[1];
  const client = new SQSClient({ endpoint, ...(ownRegion !== undefined && { region: ownRegion }) });
  /** Those that are held, by id. */
  const receipts = new Map<string, string>();

  const ask = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      throw serviceErrorOf(error, 'SQS');
    }
  };

  const receive = () =>
    ask(() =>
      client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: maxMessages,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
          VisibilityTimeout: holdSeconds,
          // So that all of the queue's servers are asked.
          WaitTimeSeconds: 1,
        }),
      ),
    );

  const inBatches = async (
    ids: readonly string[],
    send: (entries: { Id: string; ReceiptHandle: string }[]) => Promise<unknown>,
  ) => {
    const known = ids.filter((id) => receipts.has(id));
    for (let at = 0; at < known.length; at += maxMessages) {
      const batch = known.slice(at, at + maxMessages);
      const entries = batch.map((id, index) => ({
        Id: String(index),
        ReceiptHandle: receipts.get(id) as string,
      }));
      await ask(() => send(entries));
      for (const id of batch) receipts.delete(id);
    }
  };

  return {
    async *read() {
      for (;;) {
        const { Messages = [] } = await receive();
        if (Messages.length === 0) return;
        for (const { MessageId, ReceiptHandle = '', Body = '', ...message } of Messages) {
          const id = `sqs:${MessageId}`;
          receipts.set(id, ReceiptHandle);
          const place = `message ${MessageId}`;
          const bytes = recordOf(Buffer.from(Body));
          if (!bytes) {
            yield { place, problem: 'too large for a record, even gzipped' };
            continue;
          }
          const code = message.MessageAttributes?.ERROR_CODE?.StringValue ?? 'unknown';
          const arrivalMs = Number(message.Attributes?.SentTimestamp ?? 0);
          yield { id, place, code, arrivalMs, bytes };
        }
      }
    },
    remove: (ids) =>
      inBatches(ids, (Entries) =>
        client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries })),
      ),
    release: () =>
      inBatches([...receipts.keys()], (entries) =>
        client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl,
            Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
          }),
        ),
      ),
  };
}
