import type { Row, RowInstance } from './rows/schema.ts';
import { epochMsOf, rowTimeOf } from './rows/time.ts';
import type { Lesson } from './tags/lessons.ts';
import type { Home } from './tags/look-up.ts';
import { memberSessionName } from './tags/member-session.ts';
import type { TagAnswer, TagRequest, Tags } from './tags/tags.ts';

/** A row with instances, and what its event tells of their tags. */
export interface TaggedRow {
  readonly row: Row;
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

/** Instances by the status of their tags. */
export type TagCounts = Partial<Record<TagAnswer['status'], number>>;

/** Adds to every instance its tags as of the event, or why they are not there: one plan a batch. */
export async function addTags(
  rows: readonly TaggedRow[],
  tags: Tags,
  context: TagRowContext,
): Promise<TagCounts> {
  const counts: TagCounts = {};
  if (rows.length === 0) return counts;
  const seen = rows.flatMap(({ row, lessons }) =>
    (row.instances ?? []).map((instance) => {
      const lesson = lessons.find(({ id }) => id === instance.instance_id);
      return { instance, request: { ...requestOf(row, instance, context), lesson } };
    }),
  );
  const requests = seen.map(({ request }) => request);
  const answers = await tags.answer(requests, {
    own: ownIn(context.deliveryStreamArn),
    ...context,
  });
  for (const [index, { instance }] of seen.entries()) {
    const answer = answers[index] ?? { status: 'skipped' };
    Object.assign(instance, tagCells(answer));
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
  }
  return counts;
}

function requestOf(row: Row, instance: RowInstance, context: TagRowContext): TagRequest {
  return {
    id: instance.instance_id as string,
    home: homeOf(row),
    eventMs: epochMsOf(row.event_time ?? (row.arrival_time as string)),
    mayLookUp: !isOwnCall(row, context),
  };
}

/**
 * Where the instances of an event live. What a Region is called becomes part of a host name, and
 * the event may be anybody's: so only what looks like one counts.
 */
function homeOf({ account, region }: Row): Home | undefined {
  if (account === undefined || !/^\d{12}$/.test(account)) return undefined;
  if (region === undefined || !/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(region)) return undefined;
  return { account, region };
}

/** Our own DescribeTags comes back as an event: looking up for it would go on for ever. */
function isOwnCall({ actor_arn = '' }: Row, { ownRole, memberRole }: TagRowContext): boolean {
  return (
    (ownRole !== undefined && actor_arn.includes(`:assumed-role/${ownRole}/`)) ||
    (memberRole !== undefined &&
      actor_arn.endsWith(`:assumed-role/${memberRole}/${memberSessionName}`))
  );
}

function tagCells(answer: TagAnswer): Partial<RowInstance> {
  if (answer.status === 'failed' || answer.status === 'skipped')
    return { tag_status: answer.status };
  const { status, tags, source, timeMs } = answer;
  const known = { tag_status: status, tag_source: source, tag_time: rowTimeOf(timeMs) };
  return status === 'found' ? { tags, ...known } : known;
}

const streamArn = /^arn:([^:]+):firehose:[^:]+:(\d{12}):deliverystream\/.+$/;

/** The stack's own AWS partition and account: those of its delivery stream. */
function ownIn(deliveryStreamArn: string): { partition: string; account: string } | undefined {
  const [, partition, account] = streamArn.exec(deliveryStreamArn) ?? [];
  return partition !== undefined && account !== undefined ? { partition, account } : undefined;
}
