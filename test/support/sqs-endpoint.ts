import { createHash, randomUUID } from 'node:crypto';
import { serveLoopback } from '../../local/endpoints/http-server.ts';

/** A message of the queue. */
export interface QueueMessage {
  readonly body: string;
  /** Its message attributes, all of them texts. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** When it was sent, epoch ms. */
  readonly sentMs: number;
}

/** A queue on this machine. */
export interface SqsEndpoint {
  readonly queueUrl: string;
  /** Puts one more message on the queue. */
  send(message: QueueMessage): void;
  /** Bodies of the messages that are not deleted. */
  bodies(): readonly string[];
  /** Those of them that anybody may receive now. */
  visibleBodies(): readonly string[];
  close(): Promise<void>;
}

interface HeldMessage extends QueueMessage {
  readonly id: string;
  /** The receipt of who received it last. */
  receipt: string;
  hiddenUntilMs: number;
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout?: number;
}

/**
 * Serves one queue on 127.0.0.1 in the AWS JSON 1.0 protocol, so that the real client can receive, delete and
 * give back its messages. Signatures are not looked at; it never waits for messages.
 * Amazon SQS API Reference, ReceiveMessage, DeleteMessageBatch, ChangeMessageVisibilityBatch.
 */
export async function createSqsEndpoint(given: readonly QueueMessage[]): Promise<SqsEndpoint> {
  let messages: HeldMessage[] = [];
  const send = (message: QueueMessage) => {
    messages.push({ ...message, id: randomUUID(), receipt: '', hiddenUntilMs: 0 });
  };
  given.forEach(send);
  const isVisible = ({ hiddenUntilMs }: HeldMessage) => hiddenUntilMs <= Date.now();

  const receive = (request: { MaxNumberOfMessages?: number; VisibilityTimeout?: number }) => {
    const { MaxNumberOfMessages = 1, VisibilityTimeout = 30 } = request;
    const received = messages.filter(isVisible).slice(0, MaxNumberOfMessages);
    for (const message of received) {
      message.receipt = randomUUID();
      message.hiddenUntilMs = Date.now() + VisibilityTimeout * 1000;
    }
    return received.length > 0 ? { Messages: received.map(answerOf) } : {};
  };

  const answerEach = (
    entries: readonly Entry[],
    take: (message: HeldMessage, entry: Entry) => void,
  ) => {
    const known = entries.filter((entry) => {
      const message = messages.find(({ receipt }) => receipt === entry.ReceiptHandle);
      if (message) take(message, entry);
      return message !== undefined;
    });
    const failed = entries.filter((entry) => !known.includes(entry));
    return {
      Successful: known.map(({ Id }) => ({ Id })),
      Failed: failed.map(({ Id }) => ({ Id, SenderFault: true, Code: 'ReceiptHandleIsInvalid' })),
    };
  };

  const operations: Readonly<Record<string, (request: never) => object>> = {
    ReceiveMessage: receive,
    DeleteMessageBatch: ({ Entries }: { Entries: readonly Entry[] }) =>
      answerEach(Entries, (message) => {
        messages = messages.filter((one) => one !== message);
      }),
    ChangeMessageVisibilityBatch: ({ Entries }: { Entries: readonly Entry[] }) =>
      answerEach(Entries, (message, { VisibilityTimeout = 0 }) => {
        message.hiddenUntilMs = Date.now() + VisibilityTimeout * 1000;
      }),
  };

  const { url, close } = await serveLoopback(({ headers }, body, response) => {
    const name = String(headers['x-amz-target'] ?? '').replace(/^AmazonSQS\./, '');
    const operation = operations[name];
    const answer = operation
      ? operation(JSON.parse(body.toString()) as never)
      : { __type: 'com.amazonaws.sqs#UnsupportedOperation', message: `There is no ${name}.` };
    response.writeHead(operation ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer));
  });
  return {
    queueUrl: `${url}/123456789012/dead-letters`,
    send,
    bodies: () => messages.map(({ body }) => body),
    visibleBodies: () => messages.filter(isVisible).map(({ body }) => body),
    close,
  };
}

/** A message as it is answered. */
function answerOf({ id, receipt, body, attributes = {}, sentMs }: HeldMessage) {
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    Body: body,
    MD5OfBody: createHash('md5').update(body).digest('hex'),
    Attributes: { SentTimestamp: String(sentMs) },
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    ),
  };
}
