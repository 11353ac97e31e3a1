import { Buffer } from 'node:buffer';

/**
 * Exports hold events in forms of their own: a list of results, messages of a queue, lines of a log. Each is
 * known by its content, never by the name of its file, and gives the documents in it as they were written.
 */

/** A document that an export held, or the document itself where it holds no others. */
export interface Unfolded {
  readonly bytes: Uint8Array;
  /** The export that it stood in, the outermost; undefined for a document that is none. */
  readonly form?: string;
  /** Where in it: `event 3`, `message 1, record 2`; empty for a document that is none. */
  readonly place: string;
}

/** Something that is not to be put at all, and what to do with it instead. */
export interface Misplaced {
  readonly misplaced: keyof typeof misplaced;
}

/** What people take for events, and is none. */
export const misplaced = {
  'error object': 'an error object of Firehose: `eventlake replay` puts again what is in it',
  row: 'a row of a lake, not an event: `eventlake restore` gives events back',
} as const;

type JsonObject = Readonly<Record<string, unknown>>;

/** One form of export. */
interface Form {
  /** What it is called in messages and counts. */
  readonly name: string;
  /** What each of its members is called. */
  readonly member: string;
  /** Where its form is documented. */
  readonly source: string;
  /** The list of its members; undefined where a document has another form. */
  readonly listIn: (document: JsonObject) => readonly unknown[] | undefined;
  /** The document in a member, as text or bytes; undefined where it has none. */
  readonly documentIn: (member: unknown) => string | Uint8Array | undefined;
}

const forms: readonly Form[] = [
  {
    name: 'lookup-events output',
    member: 'event',
    source: 'AWS CloudTrail API Reference, LookupEvents',
    listIn: ({ Events }) => listWhere(Events, (event) => 'CloudTrailEvent' in event),
    documentIn: textOf('CloudTrailEvent'),
  },
  {
    name: 'filter-log-events output',
    member: 'event',
    source: 'Amazon CloudWatch Logs API Reference, FilterLogEvents and GetLogEvents',
    listIn: ({ events }) =>
      listWhere(events, (event) => 'message' in event && 'timestamp' in event),
    documentIn: textOf('message'),
  },
  {
    name: 'Logs Insights results',
    member: 'row',
    source: 'Amazon CloudWatch Logs API Reference, GetQueryResults',
    listIn: ({ results }) => rowsWhere(results, (cell) => 'field' in cell),
    documentIn: (row) =>
      textOf('value')(listOf(row).find((cell) => isObject(cell) && cell.field === '@message')),
  },
  {
    name: 'CloudTrail Lake results',
    member: 'row',
    source: 'AWS CloudTrail API Reference, GetQueryResults',
    listIn: ({ QueryResultRows }) => rowsWhere(QueryResultRows, () => true),
    documentIn: (row) => {
      const cells = listOf(row).filter(isObject).flatMap(Object.entries);
      const [, text] = cells.find(([name]) => name.toLowerCase() === 'eventjson') ?? [];
      return typeof text === 'string' ? text : undefined;
    },
  },
  {
    name: 'SQS messages',
    member: 'message',
    source: 'Amazon SQS API Reference, ReceiveMessage',
    listIn: ({ Messages }) => listWhere(Messages, (message) => 'Body' in message),
    documentIn: textOf('Body'),
  },
  {
    name: 'Firehose invocation',
    member: 'record',
    source: 'Amazon Data Firehose Developer Guide, Transform source data',
    listIn: ({ records }) =>
      listWhere(records, (record) => 'recordId' in record && 'data' in record),
    documentIn: (record) => bytesOf(textOf('data')(record)),
  },
  // One element each of what Lambda is invoked with: lists of these are split before.
  only('SQS message of a Lambda event', 'Using Lambda with Amazon SQS', ({ eventSource, body }) =>
    eventSource === 'aws:sqs' ? body : undefined,
  ),
  only('SNS message of a Lambda event', 'Using Lambda with Amazon SNS', ({ Sns }) =>
    isObject(Sns) ? Sns.Message : undefined,
  ),
  only('SNS notification', 'Amazon SNS message and JSON formats', ({ Type, Message }) =>
    Type === 'Notification' ? Message : undefined,
  ),
  {
    name: 'CloudWatch Logs event of Lambda',
    member: 'data',
    source: 'AWS Lambda Developer Guide, Process log events from CloudWatch Logs',
    listIn: ({ awslogs }) => (isObject(awslogs) && 'data' in awslogs ? [awslogs] : undefined),
    documentIn: (logs) => bytesOf(textOf('data')(logs)),
  },
];

/** A form that holds one document. */
function only(name: string, source: string, documentIn: (document: JsonObject) => unknown): Form {
  return {
    name,
    member: 'message',
    source,
    listIn: (document) => (typeof documentIn(document) === 'string' ? [document] : undefined),
    documentIn: (document) => documentIn(document as JsonObject) as string,
  };
}

/** Names of all forms of exports in JSON. */
export const exportForms = forms.map(({ name }) => name);

/** A message may hold another: a notification in a message of a queue in an invocation. */
const maxLevels = 6;

/**
 * The documents in a piece of JSON. A piece that is no export is given as it is, byte for byte.
 * @returns Misplaced for what should not be put
 */
export function unfold(bytes: Uint8Array): readonly Unfolded[] | Misplaced {
  const found: Unfolded[] = [];
  const odd = unfoldInto(found, bytes, { place: '' }, maxLevels);
  return odd ?? found;
}

type Within = Pick<Unfolded, 'form' | 'place'>;

function unfoldInto(
  found: Unfolded[],
  bytes: Uint8Array,
  within: Within,
  levelsLeft: number,
): Misplaced | undefined {
  const document = levelsLeft > 0 && mayBeExport(bytes) ? jsonOf(bytes) : undefined;
  if (typeof document === 'string') {
    // Of `--query 'Events[].CloudTrailEvent'`: a text that holds a document.
    const inner = bytesIn(document);
    if (isBrace(inner[0])) return unfoldInto(found, inner, within, levelsLeft - 1);
  }
  if (isObject(document)) {
    const odd = within.form === undefined ? misplacedOf(document) : undefined;
    if (odd) return odd;
    for (const { name, member, listIn, documentIn } of forms) {
      const list = listIn(document);
      if (!list) continue;
      for (const [at, one] of list.entries()) {
        const inner = documentIn(one);
        const own = {
          form: within.form ?? name,
          place: `${within.place && `${within.place}, `}${member} ${at + 1}`,
        };
        // A member without a document stays as it is, and fails as itself.
        const held = inner ?? JSON.stringify(one);
        const heldBytes = typeof held === 'string' ? bytesIn(held) : held;
        if (inner === undefined) found.push({ bytes: heldBytes, ...own });
        else unfoldInto(found, heldBytes, own, levelsLeft - 1);
      }
      return undefined;
    }
  }
  found.push({ bytes, ...within });
  return undefined;
}

function misplacedOf(document: JsonObject): Misplaced | undefined {
  const has = (...names: readonly string[]) => names.every((name) => name in document);
  if (has('rawData', 'attemptsMade', 'arrivalTimestamp')) return { misplaced: 'error object' };
  if (has('event_format', 'arrival_time', 'event_source')) return { misplaced: 'row' };
  return undefined;
}

/** Keys that events begin with: nearly all documents are known by them, and not looked at any closer. */
const eventStart =
  /^\s*\{\s*"(?:version|id|detail-type|source|account|time|region|resources|detail|eventVersion|userIdentity|eventTime|eventSource|eventName|eventID|awsRegion)"/;

function mayBeExport(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64));
  return !eventStart.test(head.toString('latin1'));
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    return undefined;
  }
}

/** A lone surrogate has no UTF-8; as its escape it means the same where it can stand in JSON. */
function bytesIn(text: string): Buffer {
  const isWhole = text.isWellFormed();
  return Buffer.from(
    isWhole
      ? text
      : text.replace(/\p{Surrogate}/gu, (one) => `\\u${one.charCodeAt(0).toString(16)}`),
  );
}

/** What base64 holds; undefined where it is none. */
function bytesOf(base64: string | undefined): Uint8Array | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  return Buffer.from(base64, 'base64');
}

const openBrace = 0x7b;
const isBrace = (byte: number | undefined) => byte === openBrace;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function listWhere(value: unknown, isMember: (object: JsonObject) => boolean) {
  if (!Array.isArray(value)) return undefined;
  return value.every((one) => isObject(one) && isMember(one)) ? value : undefined;
}

/** Rows that are lists of cells. */
function rowsWhere(value: unknown, isCell: (object: JsonObject) => boolean) {
  if (!Array.isArray(value)) return undefined;
  const areCells = (row: unknown) =>
    Array.isArray(row) && row.every((cell) => isObject(cell) && isCell(cell));
  return value.every(areCells) ? value : undefined;
}

function textOf(name: string): (value: unknown) => string | undefined {
  return (value) => {
    const text = isObject(value) ? value[name] : undefined;
    return typeof text === 'string' ? text : undefined;
  };
}
