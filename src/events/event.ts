import { RecordError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { isAwsMade } from './aws-made.ts';

/**
 * One AWS event, in the form that it came in. Members that AWS documents may be missing or of any
 * type: published events have a number as `account`, a string as `resources`, no `version`.
 *
 * Shapes: "AWS service event metadata" (Amazon EventBridge User Guide), "CloudTrail record
 * contents" (AWS CloudTrail User Guide).
 */
export type AwsEvent =
  /** A CloudTrail record as CloudTrail writes it. */
  | { readonly family: 'bare'; readonly record: JsonObject }
  /** What CloudTrail says of many data events at once, as it writes it. */
  | { readonly family: 'aggregate'; readonly document: JsonObject }
  /** A CloudTrail record as the `detail` of an EventBridge event that AWS made. */
  | { readonly family: 'wrapped'; readonly envelope: JsonObject; readonly record: JsonObject }
  /** Any other EventBridge event, also one that only looks like a CloudTrail record. */
  | { readonly family: 'other'; readonly envelope: JsonObject; readonly isAwsMade: boolean }
  /** JSON that is no event of ours. */
  | { readonly family: 'unknown'; readonly document: Json };

/**
 * EventBridge gives each sort of CloudTrail record a detail-type of its own, and its guides spell
 * some of them differently ("Signin", "Sign In"): only the ending is common to all.
 */
export const cloudTrailEnding = ' via CloudTrail';

/**
 * Recognises an event by its content. Whoever may put events on a bus may put what looks like a CloudTrail
 * record, so it is taken for one only where AWS made the envelope.
 * @param trustedSources further sources whose envelopes count as made by AWS
 */
export function recognise(document: Json, trustedSources?: ReadonlySet<string>): AwsEvent {
  if (!isObject(document)) return { family: 'unknown', document };
  const { source, detail } = document;
  const detailType = document['detail-type'];
  if (typeof source === 'string' && typeof detailType === 'string') {
    const isOfAws = isAwsMade(source, trustedSources);
    return isOfAws && detailType.endsWith(cloudTrailEnding) && isObject(detail)
      ? { family: 'wrapped', envelope: document, record: detail }
      : { family: 'other', envelope: document, isAwsMade: isOfAws };
  }
  if (!isCloudTrailRecord(document)) return { family: 'unknown', document };
  return isAggregate(document)
    ? { family: 'aggregate', document }
    : { family: 'bare', record: document };
}

/** "Aggregating data events" (AWS CloudTrail User Guide): it counts calls, and is none itself. */
export function isAggregate({ eventType }: JsonObject): boolean {
  return typeof eventType === 'string' && eventType.toLowerCase() === 'awsaggregatedevent';
}

/** Insights records have neither `eventSource` nor `eventName`. */
export function isCloudTrailRecord(document: JsonObject): boolean {
  const { eventVersion, eventSource, eventType, insightDetails } = document;
  return (
    isThere(eventVersion) &&
    [eventSource, eventType, insightDetails].some(isThere) &&
    !isNotification(eventSource)
  );
}

/** What S3, SES and others send to queues and functions looks alike, with `aws:s3` as its source. */
function isNotification(eventSource: Json | undefined): boolean {
  return typeof eventSource === 'string' && eventSource.startsWith('aws:');
}

/** A member that is null counts as absent: the way back does not tell them apart. */
function isThere(member: Json | undefined): boolean {
  return member !== undefined && member !== null;
}

/** The event in a document. @throws RecordError NOT_AN_EVENT */
export function eventIn(document: Json, trustedSources?: ReadonlySet<string>): AwsEvent {
  const event = recognise(document, trustedSources);
  if (event.family !== 'unknown') return event;
  throw new RecordError(
    'NOT_AN_EVENT',
    'neither an EventBridge event (source, detail-type) nor a CloudTrail record (eventVersion)',
  );
}
