import {
  derivedTexts,
  envelopeColumns,
  type Form,
  jsonColumns,
  kindOfType,
  recordColumns,
  wrappingColumns,
} from './contract.ts';
import { canonical, isMap, patched, read, type Value } from './json.ts';

/**
 * What must hold of a row, of the event that it gives back, and of the partition that it lies in: read off the
 * row contract, and sharing no code with what makes rows.
 */

type Object = ReadonlyMap<string, Value>;
type Cells = Readonly<Record<string, unknown>>;
export type Family = 'bare' | 'wrapped' | 'other' | 'aggregate' | 'unknown';

const trusted = 'my.trusted.replay';
export const environment = { TRUSTED_SOURCES: trusted, PARTITION_SOURCES: 'aws.ec2,aws.s3,my.app' };
const partitionSources = environment.PARTITION_SOURCES.split(',');

const isAwsMade = (source: Value | undefined) =>
  source === trusted || (typeof source === 'string' && /^aws\.[^./]+$/.test(source));

/** What an event is, by its content. */
export function familyOf(event: Value): Family {
  if (!isMap(event)) return 'unknown';
  const [source, detailType] = [event.get('source'), event.get('detail-type')];
  if (typeof source === 'string' && typeof detailType === 'string') {
    const isRecord = detailType.endsWith(' via CloudTrail') && isMap(event.get('detail'));
    return isRecord && isAwsMade(source) ? 'wrapped' : 'other';
  }
  const type = event.get('eventType');
  return typeof type === 'string' && type.toLowerCase() === 'awsaggregatedevent'
    ? 'aggregate'
    : 'bare';
}

/** The event that a row gives back. @throws SyntaxError */
export function restored(row: Cells): Value {
  const family = rowFamilyOf(row);
  if (family === 'aggregate' || family === 'unknown') return read(String(row.detail));
  const patch = typeof row.unmapped === 'string' ? read(row.unmapped) : new Map<string, Value>();
  return patched(rebuilt(row, family), patch);
}

function rowFamilyOf({ event_format: format, detail }: Cells): Family {
  if (format === 'unknown') return 'unknown';
  if (format === 'cloudtrail') return detail === undefined ? 'bare' : 'aggregate';
  return detail === undefined ? 'wrapped' : 'other';
}

function rebuilt(row: Cells, family: 'bare' | 'wrapped' | 'other'): Value {
  const fill = (columns: typeof recordColumns, isRecord: boolean) => {
    const members = new Map<string, Value>();
    for (const [column, key, form] of columns) {
      if (row[column] !== undefined) members.set(key, cellValueOf(row[column], form, isRecord));
    }
    return members;
  };
  if (family === 'other')
    return new Map([['version', '0' as Value], ...fill(envelopeColumns, false)]);
  const record = fill(recordColumns, true);
  if (row.region !== undefined) record.set('awsRegion', row.region as string);
  if (family === 'bare') return record;
  const envelope = fill(wrappingColumns, false);
  const time = record.get('eventTime');
  if (time !== undefined) envelope.set('time', time);
  return new Map<string, Value>([
    ['version', '0'],
    ['resources', []],
    ...envelope,
    ['detail', record],
  ]);
}

function cellValueOf(cell: unknown, form: Form, isRecord: boolean): Value {
  switch (form) {
    case 'json':
      return read(String(cell));
    case 'time': {
      const text = String(cell);
      const seconds = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
      return text.endsWith('.000') ? `${seconds}Z` : `${seconds}${text.slice(19)}Z`;
    }
    case 'resources':
      return (cell as Record<string, string>[]).map(({ arn, account, type }) => {
        if (!isRecord) return arn as string;
        const members = { ARN: arn, accountId: account, type };
        return new Map(
          Object.entries(members).filter(
            (member): member is [string, string] => member[1] !== undefined,
          ),
        );
      });
    default:
      return cell as string | boolean;
  }
}

const timeCell = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$/;

/** What is wrong with a row and its partition, a sentence each. */
export function faultsOf(
  line: string,
  event: Value,
  keys: { readonly source: string; readonly day: string },
): string[] {
  const row = JSON.parse(line) as Cells;
  const faults = [...faultsOfCells(row), ...faultsOfPartition(row, keys)];
  const expect = (name: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      faults.push(`${name} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    }
  };
  const family = familyOf(event);
  expect('the family', rowFamilyOf(row), family);
  if (family === 'unknown' || !isMap(event)) return faults;
  if (family === 'other') return [...faults, ...faultsOfOther(row, event)];
  const record = family === 'wrapped' ? (event.get('detail') as Object) : event;
  expect('kind', row.kind, kindOf(record));
  if (family === 'aggregate') {
    for (const column of ['outcome', 'actor_type', 'actor_name', 'instances', 'unmapped']) {
      expect(column, row[column], undefined);
    }
    return faults;
  }
  expect('outcome', row.outcome, outcomeOf(record));
  const identity = mapIn(record, 'userIdentity');
  expect('actor_type', row.actor_type, wordIn(identity, 'type'));
  expect('actor_name', row.actor_name, actorNameOf(record, identity));
  expect('instances', inOrder(idsIn(row), record), inOrder(instancesOfRecord(record), record));
  return faults;
}

function faultsOfOther(row: Cells, event: Object): string[] {
  const faults: string[] = [];
  const source = event.get('source');
  const isOfAws = isAwsMade(source);
  for (const column of [
    'outcome',
    'actor_type',
    'actor_name',
    'user_identity',
    'request_parameters',
  ]) {
    if (row[column] !== undefined) faults.push(`${column} of an event that is no record`);
  }
  const isNotice =
    source === 'aws.ec2' && event.get('detail-type') === 'EC2 Instance State-change Notification';
  const wanted = isNotice ? 'state_change' : source === 'aws.tag' ? 'tag_change' : 'event';
  if (row.kind !== wanted) faults.push(`kind is ${row.kind}, not ${wanted}`);
  if (!isOfAws && (row.state !== undefined || row.error_code !== undefined)) {
    faults.push('a state that anybody may say');
  }
  const resources = event.get('resources');
  const texts = [...scalarsIn(resources), ...(isOfAws ? textsBelow(event.get('detail')) : [])];
  const [found, ids] = [idsIn(row), idsOf(texts)].map((list) =>
    JSON.stringify(inOrder(list, event)),
  );
  if (found !== ids) faults.push(`instances are ${found}, not ${ids}`);
  return faults;
}

function faultsOfCells(row: Cells): string[] {
  const faults: string[] = [];
  const texts = new Set([
    ...derivedTexts,
    ...[...recordColumns, ...wrappingColumns, ...envelopeColumns]
      .filter(([, , form]) => form === 'text')
      .map(([column]) => column),
  ]);
  const others = ['instances', 'instance_count', 'arrival_time', 'event_time', 'read_only'];
  const known = new Set([
    ...texts,
    ...jsonColumns,
    ...others,
    'management_event',
    'actor_mfa',
    'resources',
  ]);
  for (const [column, cell] of Object.entries(row)) {
    if (!known.has(column)) faults.push(`there is no column ${column}`);
    if (cell === null) faults.push(`${column} is null`);
    if (texts.has(column) && (typeof cell !== 'string' || !cell.isWellFormed())) {
      faults.push(`${column} is no sound text`);
    }
    if (/_time$/.test(column) && !timeCell.test(String(cell))) faults.push(`${column} is no time`);
    if (/^(?:read_only|management_event|actor_mfa)$/.test(column) && typeof cell !== 'boolean') {
      faults.push(`${column} is no boolean`);
    }
  }
  return faults;
}

const dayMs = 24 * 60 * 60 * 1000;

function faultsOfPartition(row: Cells, { source, day }: { source: string; day: string }): string[] {
  const own = String(row.event_source);
  const wanted = partitionSources.includes(own) ? own : 'other';
  const arrival = String(row.arrival_time).slice(0, 10);
  const time = row.event_time === undefined ? arrival : String(row.event_time).slice(0, 10);
  const late = (Date.parse(arrival) - Date.parse(time)) / dayMs;
  const wantedDay = late >= -1 && late <= 7 ? time : arrival;
  return source === wanted && day === wantedDay
    ? []
    : [`the partition is ${source}/${day}, not ${wanted}/${wantedDay}`];
}

function kindOf(record: Object): string {
  const type = record.get('eventType');
  return (typeof type === 'string' && kindOfType[type.toLowerCase()]) || 'api_call';
}

const isSaid = (value: Value | undefined) => value !== undefined && value !== null && value !== '';

function outcomeOf(record: Object): string | undefined {
  if (isSaid(record.get('insightDetails'))) return undefined;
  const kind = kindOf(record);
  if (kind === 'aggregate') return undefined;
  const [code, message] = [record.get('errorCode'), record.get('errorMessage')];
  const codeText = typeof code === 'string' ? code.trim() : numberIn(code);
  const saysSuccess = /^(?:20[0-6]|ok|success|successful|succeeded)$/i.test(codeText);
  if (!saysSuccess && (isSaid(code) || isSaid(message))) return 'failure';
  const [name, details] = [record.get('eventName'), record.get('serviceEventDetails')];
  if (
    kind === 'service_event' &&
    isMap(details) &&
    typeof name === 'string' &&
    details.get(name) === 'Failure'
  ) {
    return 'failure';
  }
  const response = record.get('responseElements');
  if (!isMap(response)) return 'success';
  const isFailure =
    response.get('ConsoleLogin') === 'Failure' ||
    (kind === 'sign_in' && [...response.values()].includes('Failure'));
  return isFailure ? 'failure' : 'success';
}

/** The text of a number; empty for anything else. */
function numberIn(value: Value | undefined): string {
  const isNumber = typeof value === 'object' && value !== null && 'number' in value;
  return isNumber ? String((value as { number: string }).number) : '';
}

function mapIn(object: Object, key: string): Object {
  const member = object.get(key);
  return isMap(member) ? member : new Map();
}

/** A member as a word; an empty one is none. */
function wordIn(object: Object, key: string): string | undefined {
  const value = object.get(key);
  if (typeof value === 'string') return value.toWellFormed() || undefined;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'object' && value !== null && 'number' in value
    ? (value as { number: string }).number
    : undefined;
}

function actorNameOf(record: Object, identity: Object): string | undefined {
  const beside = mapIn(record, 'additionalEventData');
  const arn = wordIn(identity, 'arn') ?? '';
  const [, role] = /^arn:[^:]*:sts::[^:]*:assumed-role\/(?:.*\/)?([^/]+)\/[^/]+$/.exec(arn) ?? [];
  return (
    wordIn(identity, 'userName') ??
    wordIn(beside, 'UserName') ??
    wordIn(beside, 'userName') ??
    wordIn(mapIn(mapIn(identity, 'sessionContext'), 'sessionIssuer'), 'userName') ??
    role ??
    (identity.get('type') === 'Root' ? 'root' : undefined) ??
    wordIn(identity, 'invokedBy') ??
    wordIn(identity, 'accountId')
  );
}

const notBelow =
  /^(?:[tT]ags?|[tT]agSet|[tT]agList|tagSpecificationSet|tagSpecifications|TagSpecifications?|[cC]lient(?:Request)?Token|[rR]oleSessionName|[sS]ourceIdentity|userIdentity|relationships)$/;

function textsBelow(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsBelow);
  if (!isMap(value)) return [];
  return [...value].flatMap(([key, member]) => (notBelow.test(key) ? [] : textsBelow(member)));
}

function instancesOfRecord(record: Object): string[] {
  return idsOf([
    ...['requestParameters', 'responseElements', 'serviceEventDetails'].flatMap((key) =>
      textsBelow(record.get(key)),
    ),
    ...arnsIn(record.get('resources')),
  ]);
}

function arnsIn(resources: Value | undefined): string[] {
  if (Array.isArray(resources)) return resources.flatMap(arnsIn);
  return isMap(resources) ? scalarsIn(resources.get('ARN')) : [];
}

/** Texts of a list, however deep its lists are; CloudTrail writes one as `{"tag":1,"content":"…"}`, too. */
function scalarsIn(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(scalarsIn);
  const content = isMap(value) ? value.get('content') : undefined;
  return typeof content === 'string' ? [content] : [];
}

function idsOf(texts: readonly string[]): string[] {
  const ids = texts.flatMap((text) => {
    const trimmed = text.replace(/^ +/, '').trimEnd();
    const [, tail = trimmed] =
      /^\S*:(?:managed-|recovery-)?instance\/(i-[0-9a-f]+)$/.exec(trimmed) ?? [];
    return /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(tail) ? [tail] : [];
  });
  return [...new Set(ids)];
}

const idsIn = ({ instances = [] }: Cells) =>
  (instances as { instance_id: string }[]).map(({ instance_id: id }) => id);

/** The order of keys is lost where one is a whole number: JavaScript has those first. */
function inOrder(ids: string[], event: Object): string[] {
  return hasNumberKey(event) ? ids.toSorted() : ids;
}

function hasNumberKey(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasNumberKey);
  if (!isMap(value)) return false;
  return [...value].some(([key, member]) => /^\d+$/.test(key) || hasNumberKey(member));
}

/** One text for events that mean the same. */
export const meaningOf = (event: Value): string => canonical(event);
