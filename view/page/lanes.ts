import type { AnswerRow } from '../answers.ts';
import { shortened, visible } from './text.ts';

type Instance = AnswerRow<'instances'>;

/** The lane of an instance. */
export interface Lane {
  readonly id: string;
  /** Its name and id, as they can be seen. */
  readonly title: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The line above the lanes of a group. */
export interface Group {
  readonly group: string;
  readonly lanes: number;
}

export type LaneRow = Lane | Group;

/** The tags of an instance; none where it is not known to have some. */
export function tagsIn(json: string | null): Readonly<Record<string, string>> {
  return JSON.parse(json ?? '{}') as Record<string, string>;
}

/** Keys of tags that can group instances, those of most instances first. */
export function tagKeysOf(instances: readonly Instance[]): string[] {
  const counts = new Map<string, number>();
  for (const { tags } of instances) {
    for (const key of Object.keys(tagsIn(tags))) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([key]) => key)
    .slice(0, 50);
}

/** `web-2` before `web-11`. */
const byNumber = new Intl.Collator('en', { numeric: true });

/**
 * The lanes of the instances that are searched, in groups.
 * @param search words that all have to be in the id, the name, or a tag as `key=value`
 * @param groupBy `none`, `account`, `region`, or `tag KEY`
 */
export function lanesOf(
  instances: readonly Instance[],
  { search, groupBy }: { search: string; groupBy: string },
): { readonly rows: readonly LaneRow[]; readonly lanes: number } {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = instances
    .map((instance) => ({ instance, lane: laneOf(instance) }))
    .filter(({ lane }) => {
      const text = [lane.id, ...Object.entries(lane.tags).map((tag) => tag.join('='))]
        .join('\n')
        .toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => byNumber.compare(a.lane.title, b.lane.title));
  if (groupBy === 'none') return { rows: found.map(({ lane }) => lane), lanes: found.length };
  const groups = Map.groupBy(found, ({ instance, lane }) => groupOf(instance, lane, groupBy));
  const rows = [...groups]
    .sort(([a], [b]) => Number(a === without) - Number(b === without) || (a < b ? -1 : 1))
    .flatMap(([group, list]): LaneRow[] => [
      { group: shortened(group, 60), lanes: list.length },
      ...list.map(({ lane }) => lane),
    ]);
  return { rows, lanes: found.length };
}

const without = 'without';

function groupOf({ account, region }: Instance, { tags }: Lane, groupBy: string): string {
  if (groupBy === 'account') return account ?? without;
  if (groupBy === 'region') return region ?? without;
  return tags[groupBy.slice('tag '.length)] ?? without;
}

function laneOf({ instance_id, tags: json }: Instance): Lane {
  const id = instance_id ?? '';
  const tags = tagsIn(json);
  const name = tags.Name;
  return { id, tags, title: name ? `${shortened(name, 40)} ${visible(id)}` : visible(id) };
}
