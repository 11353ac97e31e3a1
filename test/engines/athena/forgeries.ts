import { recognise } from '../../../src/events/event.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../../src/json.ts';
import { eventTextOf } from '../../../src/rows/rebuild.ts';
import { rowOf } from '../../../src/rows/row.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { epochMsOf } from '../../../src/rows/time.ts';

/**
 * What somebody who is not AWS can make the lake say, by each way in that is open to him without a right on
 * the stream: the event of a row, put anew, as the function would store it.
 */
export const waysIn: Readonly<Record<string, (event: JsonObject) => Json>> = {
  'a source of his own': (event) => ({ ...event, source: 'my.harmless.app' }),
  'a source that looks like that of AWS': (event) => ({ ...event, source: `AWS.${nameOf(event)}` }),
  "a partner's source": (event) => ({
    ...event,
    source: `aws.partner/example.com/${nameOf(event)}`,
  }),
  'a source below that of AWS': (event) => ({ ...event, source: `${event.source}/x` }),
  'a detail that is a whole envelope': (event) => ({
    source: 'my.harmless.app',
    'detail-type': String(event['detail-type']),
    account: '123456789012',
    time: String(event.time),
    detail: event,
  }),
  'a document that is no event, with `UnknownRecords` set to `keep`': (event) => ({
    ...event,
    source: null,
  }),
  'a document that looks like a row': (event) => ({
    event_source: 'aws.iam',
    kind: 'api_call',
    actor_type: 'Root',
    outcome: 'success',
    event,
  }),
};

const nameOf = ({ source }: JsonObject) => String(source).replace(/^aws\./, '');

/** The rows that the function makes of forgeries of these. */
export function forgeriesOf(rows: readonly Row[]): Row[] {
  return rows.flatMap((row) =>
    Object.values(waysIn).map((forge) => {
      const arrivalMs = epochMsOf(row.arrival_time ?? '');
      return rowOf(recognise(forge(genuineOf(row))), arrivalMs);
    }),
  );
}

/** The envelope that AWS could have made for a row, as far as the row tells it. */
function genuineOf(row: Row): JsonObject {
  const detailType = row.detail_type ?? 'AWS API Call via CloudTrail';
  const event = parseJson(
    eventTextOf({ ...row, event_format: 'eventbridge', detail_type: detailType }),
  ) as JsonObject;
  const { actor_type, actor_arn, actor_name, actor_session_name, actor_principal_id } = row;
  const userIdentity = JSON.parse(
    JSON.stringify({
      type: actor_type,
      arn: actor_arn ?? `arn:aws:sts::123456789012:assumed-role/r/${actor_session_name ?? 'x'}`,
      userName: actor_name,
      principalId: actor_principal_id,
    }),
  ) as JsonObject;
  const record = {
    eventVersion: '1.11',
    eventSource: `${nameOf(event)}.amazonaws.com`,
    ...(isObject(event.detail) ? event.detail : {}),
    ...(actor_type ? { userIdentity } : {}),
    ...(row.instances ? { 'instance-id': row.instances[0]?.instance_id ?? '' } : {}),
    ...(row.instances?.[0]?.state ? { state: row.instances[0].state } : {}),
    ...(row.state ? { state: row.state } : {}),
  };
  return { ...event, detail: record };
}
