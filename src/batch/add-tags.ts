import { attemptAsync, type RecordError } from '../errors.ts';
import type { Row, RowInstance } from '../rows/schema.ts';
import { epochMsOf, rowTimeOf } from '../rows/time.ts';
import type { OwnAccount } from '../tags/client-config.ts';
import { homeOf } from '../tags/home.ts';
import type { Lesson } from '../tags/lesson.ts';
import { memberSessionName } from '../tags/member-session.ts';
import type { Namer } from '../tags/queries.ts';
import type { TagAnswer, TagRequest, Tags } from '../tags/tags.ts';

/** Cells of a row that its instances' tags are found by, and those instances, to which they are added. */
export type TaggedCells = {
  readonly [C in
    | 'account'
    | 'region'
    | 'event_time'
    | 'arrival_time'
    | 'actor_arn'
    | 'kind'
    | 'outcome'
    | 'instances']?: Row[C] | undefined;
};

export function taggedCellsOf({
  account,
  region,
  event_time,
  arrival_time,
  actor_arn,
  kind,
  outcome,
  instances,
}: Row): TaggedCells {
  return { account, region, event_time, arrival_time, actor_arn, kind, outcome, instances };
}

/** A row with instances, and what its event tells of them. */
export interface TaggedRow {
  /** The time of the event, epoch milliseconds, where the row does not tell it. */
  readonly eventMs?: number | undefined;
  readonly row: TaggedCells;
  readonly lessons: readonly Lesson[];
}

/** What the look-ups of a batch go by. */
export interface TagRowContext {
  readonly deliveryStreamArn: string;
  /** Names of the function's own role, and of the one that it assumes in other accounts. */
  readonly ownRole: string | undefined;
  readonly memberRole: string | undefined;
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/** Instances by the status of their tags; `omitted` are those that gave way to data. */
export type TagCounts = { readonly [S in TagAnswer['status'] | 'omitted']?: number };

const noCounts: TagCounts = {};

/** What rows say of the tags of their instances. */
export function tagCountsOf(instances: readonly RowInstance[]): TagCounts {
  if (instances.length === 0) return noCounts;
  // Nearly all events are about one.
  const [{ tag_status: only = '' } = {}] = instances;
  if (instances.length === 1) return { [only]: 1 };
  const byStatus = Map.groupBy(instances, ({ tag_status: status }) => status);
  return Object.fromEntries(Array.from(byStatus, ([status, { length }]) => [status, length]));
}

/** How it went to add tags to rows. */
export interface Tagged {
  /** A bug of ours that kept the tags away: rows go without them rather than fail. */
  readonly tagError?: RecordError;
}

/** Adds to every instance its tags as of the event, or why they are not there: one plan a batch. */
export async function addTags(
  rows: readonly TaggedRow[],
  tags: Tags,
  context: TagRowContext,
): Promise<Tagged> {
  if (rows.length === 0) return {};
  const own = ownIn(context.deliveryStreamArn);
  const seen = rows.flatMap((row) => requestsOf(row, own, context));
  const requests = seen.map(({ request }) => request);
  const { now, remainingMs } = context;
  const answered = await attemptAsync(() => tags.answer(requests, { own, now, remainingMs }));
  const answerOf = (index: number): TagAnswer =>
    answered.ok ? (answered.value[index] ?? { status: 'skipped' }) : { status: 'failed' };
  for (const [index, { instance }] of seen.entries()) {
    Object.assign(instance, cellsOf(answerOf(index)));
  }
  return answered.ok ? {} : { tagError: answered.error };
}

interface Seen {
  readonly instance: RowInstance;
  readonly request: TagRequest;
}

function requestsOf(
  { row, lessons, eventMs = epochMsOf(row.event_time ?? (row.arrival_time as string)) }: TaggedRow,
  own: OwnAccount | undefined,
  context: TagRowContext,
) {
  const home = homeOf(row.account, row.region);
  const mayLookUp = !isOwnCall(row, own, context);
  const namedBy = namerOf(row);
  // Of what is told twice, the first counts.
  const lessonsById =
    lessons.length > 0
      ? new Map(lessons.toReversed().map((lesson) => [lesson.id, lesson]))
      : undefined;
  return (row.instances ?? []).map((instance): Seen => {
    const id = instance.instance_id as string;
    const lesson = lessonsById?.get(id);
    const request = { id, home: lesson?.home ?? home, eventMs, lesson, namedBy, mayLookUp };
    return { instance, request };
  });
}

/** Only AWS makes what is a state change or has an outcome; but of a call that failed, anybody the ids. */
function namerOf({ kind, outcome }: TaggedCells): Namer {
  if (kind === 'state_change' || outcome === 'success') return 'aws';
  return outcome === undefined ? 'others' : 'failed call';
}

/** Our own DescribeTags comes back as an event: looking up for it would go on for ever. */
function isOwnCall(
  { actor_arn: arn = '' }: TaggedCells,
  own: OwnAccount | undefined,
  { ownRole, memberRole }: TagRowContext,
): boolean {
  if (arn === '') return false;
  const [, account, role, session] = sessionArn.exec(arn) ?? [];
  if (role === undefined) return false;
  if (account === own?.account && role === ownRole) return true;
  return role === memberRole && session === memberSessionName;
}

const sessionArn = /^arn:[a-z-]+:sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/;

function cellsOf(answer: TagAnswer): Partial<RowInstance> {
  const { status } = answer;
  if (status === 'failed' || status === 'skipped') return { tag_status: status };
  const { tags, source, timeMs } = answer;
  const known = { tag_status: status, tag_source: source, tag_time: rowTimeOf(timeMs) };
  return status === 'found' ? { tags, ...known } : known;
}

const streamArn = /^arn:([a-z-]+):firehose:[^:]+:(\d{12}):deliverystream\/.+$/;

/** The stack's own AWS partition and account: those of its delivery stream. */
function ownIn(deliveryStreamArn: string): OwnAccount | undefined {
  const [, partition, account] = streamArn.exec(deliveryStreamArn) ?? [];
  return partition !== undefined && account !== undefined ? { partition, account } : undefined;
}
