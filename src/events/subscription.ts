import { isObject, type Json } from '../json.ts';

/**
 * What CloudWatch Logs delivers to a subscribed stream: log events of one log group, in one
 * document. CloudTrail writes its records to log groups as messages of one record each.
 * "Log group-level subscription filters" (Amazon CloudWatch Logs User Guide).
 */
export interface Subscription {
  /** A message that only tests whether the stream can be reached. */
  readonly isControl: boolean;
  /** The messages of the log events, as UTF-8. */
  readonly messages: readonly Uint8Array[];
}

/** The subscription record that a document is, or undefined. */
export function subscriptionIn(document: Json): Subscription | undefined {
  if (!isObject(document) || !Array.isArray(document.logEvents)) return undefined;
  if (document.messageType === 'CONTROL_MESSAGE') return { isControl: true, messages: [] };
  if (document.messageType !== 'DATA_MESSAGE') return undefined;
  return { isControl: false, messages: document.logEvents.map(messageOf) };
}

/** A log event without a text is kept as it is: it fails as itself. */
function messageOf(logEvent: Json): Uint8Array {
  const message = isObject(logEvent) ? logEvent.message : undefined;
  return encode(typeof message === 'string' ? message : JSON.stringify(logEvent));
}

const encoder = new TextEncoder();

/** A lone surrogate has no UTF-8; where it can stand in JSON, its escape means the same. */
function encode(text: string): Uint8Array {
  const isWhole = text.isWellFormed();
  return encoder.encode(isWhole ? text : text.replace(/\p{Surrogate}/gu, escapeOf));
}

function escapeOf(surrogate: string): string {
  return `\\u${surrogate.charCodeAt(0).toString(16)}`;
}
