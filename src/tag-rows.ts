import type { Row, RowInstance } from './rows/schema.ts';
import { rowTimeOf } from './rows/time.ts';
import type { Home, TagAnswer, TagRequest, Tags } from './tags/tags.ts';

/** What a batch's look-up goes by. */
export interface TagContext {
  readonly deliveryStreamArn: string;
  readonly ownRole: string | undefined;
  readonly nowMs: number;
  readonly remainingMs: () => number;
}

/** Instances by the status of their tags. */
export type TagCounts = Partial<Record<TagAnswer['status'], number>>;

/** Adds to every instance of the rows its tags, or why they are not there: one plan for a batch. */
export async function addTags(
  rows: readonly Row[],
  tags: Tags,
  context: TagContext,
): Promise<TagCounts> {
  const counts: TagCounts = {};
  const seen = rows.flatMap((row) =>
    (row.instances ?? []).map((instance) => ({
      instance,
      request: requestOf(row, instance, context),
    })),
  );
  if (seen.length === 0) return counts;
  const { nowMs, remainingMs, deliveryStreamArn } = context;
  const requests = seen.map(({ request }) => request);
  const budget = { home: homeOf(deliveryStreamArn), nowMs, remainingMs };
  const answers = await tags.answer(requests, budget);
  seen.forEach(({ instance }, index) => {
    const answer = answers[index] ?? { status: 'skipped' };
    Object.assign(instance, tagCells(answer));
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
  });
  return counts;
}

function requestOf(row: Row, instance: RowInstance, { ownRole }: TagContext): TagRequest {
  return {
    id: instance.instance_id as string,
    account: row.account,
    region: row.region,
    // Our own DescribeTags comes back as an event: looking up for it would go on for ever.
    mayLookUp: ownRole === undefined || !row.actor_arn?.includes(`:assumed-role/${ownRole}/`),
  };
}

function tagCells(answer: TagAnswer): Partial<RowInstance> {
  if (answer.status === 'failed' || answer.status === 'skipped')
    return { tag_status: answer.status };
  const known = { tag_source: answer.source, tag_time: rowTimeOf(answer.timeMs) };
  return answer.status === 'found'
    ? { tags: answer.tags, tag_status: 'found', ...known }
    : { tag_status: 'none', ...known };
}

const streamArn = /^arn:[^:]+:firehose:([^:]+):(\d{12}):deliverystream\/.+$/;

/** The stack's own account and Region: those of its delivery stream. */
export function homeOf(deliveryStreamArn: string): Home | undefined {
  const [, region, account] = streamArn.exec(deliveryStreamArn) ?? [];
  return region !== undefined && account !== undefined ? { account, region } : undefined;
}
