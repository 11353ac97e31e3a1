import {
  any,
  type Condition,
  finds,
  type Matcher,
  many,
  partsOf,
  type SigmaRule,
  type SigmaValue,
  textAt,
} from './sigma-rule.ts';

/** A record that a rule is held against, and whether the rule must find it. */
export interface Probe {
  readonly record: Record<string, unknown>;
  readonly isWanted: boolean;
  /** How it was made, for a failure to be read. */
  readonly what: string;
}

/** A matcher that is to hold, by one of its values. */
interface Need {
  readonly matcher: Matcher;
  readonly value: SigmaValue;
}

const neutral = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEDAVE000000',
    arn: 'arn:aws:iam::123456789012:user/dave',
    accountId: '123456789012',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'dave',
  },
  eventTime: '2026-11-17T10:00:00Z',
  eventSource: 'example.amazonaws.com',
  eventName: 'DoSomething',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.40',
  userAgent: 'aws-cli/2.31.18',
  eventID: '11111111-2222-3333-4444-555555555555',
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '123456789012',
  eventCategory: 'Management',
};

/**
 * Records for a rule, made from its own conditions: one for each of the ways in which it can hold, and records
 * that differ from the first of them in one field, by a little. Which of them it must find is asked of the rule's
 * meaning, not of how they were made.
 */
export function probesFor(rule: SigmaRule): Probe[] {
  const ways = waysOf(rule.condition, rule, false);
  const made = ways.map((needs, at) => ({ record: recordOf(needs), what: `way ${at + 1}` }));
  const [first = []] = ways;
  for (const need of first) {
    for (const [what, change] of changesOf(need)) {
      const record = recordOf(first);
      change(record);
      made.push({ record, what: `${need.matcher.field}: ${what}` });
    }
  }
  for (const [at, needs] of waysOf(rule.condition, rule, true).entries()) {
    made.push({
      record: recordOf([...first, ...needs]),
      what: `with what it leaves out, ${at + 1}`,
    });
  }
  return made.map(({ record, what }, at) => ({
    record: { ...record, requestID: `probe-${at}` },
    what,
    isWanted: finds(rule, record),
  }));
}

/**
 * The ways in which a condition holds, each as what it needs; of several values each is a way of its own.
 * @param isNegated for the parts that must not hold
 */
function waysOf(condition: Condition, rule: SigmaRule, isNegated: boolean): Need[][] {
  const ways = (one: Condition, negated: boolean): Need[][] => {
    if ('not' in one) return ways(one.not, !negated);
    if ('or' in one) return one.or.flatMap((part) => ways(part, negated));
    if ('and' in one) {
      if (isNegated) return one.and.flatMap((part) => ways(part, negated));
      return inTurn(one.and.map((part) => ways(part, negated)).filter((some) => some.length > 0));
    }
    if (negated !== isNegated) return [];
    return (rule.selections.get(one.selection) ?? []).flatMap((map) =>
      inTurn(
        map.map((matcher) =>
          matcher.modifiers.includes('all')
            ? [matcher.values.map((value) => ({ matcher, value }))]
            : matcher.values.map((value) => [{ matcher, value }]),
        ),
      ),
    );
  };
  return ways(condition, false);
}

/** Of each list its first; then each other of a list, beside the first of all others. */
function inTurn(lists: readonly (readonly Need[][])[]): Need[][] {
  const firsts = lists.map(([first = []]) => first);
  const others = lists.flatMap((list, at) => list.slice(1).map((one) => firsts.with(at, one)));
  return [firsts, ...others].map((one) => one.flat());
}

function recordOf(needs: readonly Need[]): Record<string, unknown> {
  const record = structuredClone(neutral) as Record<string, unknown>;
  // The references last, as what they refer to may be set before.
  for (const { matcher, value } of needs) {
    put(record, matcher.field, fitting(matcher, value, record));
  }
  return record;
}

/** A value that a matcher takes. */
function fitting({ field, modifiers }: Matcher, value: SigmaValue, record: object): unknown {
  const has = (modifier: string) => modifiers.includes(modifier);
  if (has('exists')) return value ? 'there' : undefined;
  if (value === null) return undefined;
  if (has('fieldref')) return textAt(record, String(value));
  if (has('re')) return ofPattern(String(value));
  if (has('cidr')) return String(value).replace(/\/.*/, '');
  if (has('gt')) return Number(value) + 1;
  if (has('lt')) return Number(value) - 1;
  if (typeof value !== 'string') return value;
  const before = textAt(record, field) ?? '';
  const text = partsOf(value)
    .map((part) => (part === many ? 'any' : part === any ? 'x' : part))
    .join('');
  const start = has('endswith') ? 'before' : '';
  if (has('all')) return `${before} ${text}`;
  if (has('contains')) return `before${text}after`;
  return `${start}${text}${has('startswith') ? 'after' : ''}`;
}

/** A text for a regular expression of the simplest kind. */
function ofPattern(pattern: string): string {
  return pattern
    .replace(/^\^|\$$/g, '')
    .replaceAll(/\.[+*]/g, 'some')
    .replaceAll(/\\([.\\/:*?()[\]])/g, '$1')
    .replaceAll(/\[([^\]])[^\]]*\][+*]?/g, '$1')
    .replaceAll(/\(([^()|]*)(?:\|[^()]*)?\)/g, '$1')
    .replaceAll(/\\d[+*]?/g, '7')
    .replaceAll(/\\w[+*]?/g, 'w');
}

type Change = (record: Record<string, unknown>) => void;

/** Small changes of one field. */
function changesOf({
  matcher: { field, modifiers, values },
}: Need): [what: string, change: Change][] {
  const to = (make: (text: string) => unknown): Change => {
    return (record) => put(record, field, make(textAt(record, field) ?? ''));
  };
  if (field === 'eventTime') return [];
  if (modifiers.includes('cidr')) {
    return [
      ['no address', to(() => 'something.amazonaws.com')],
      ['absent', to(() => undefined)],
      ['another network', to((text) => text.replace(/^\d+\.\d+/, '203.7'))],
    ];
  }
  return [
    ['another text', to(() => 'something else')],
    ['absent', to(() => undefined)],
    ['in capitals', to((text) => text.toUpperCase())],
    ['in small letters', to((text) => text.toLowerCase())],
    ['longer', to((text) => `${text}x`)],
    ['something before', to((text) => `x${text}`)],
    ['shorter', to((text) => text.slice(0, -1))],
    [
      'without its middle',
      to((text) => text.slice(0, text.length / 2) + text.slice(text.length / 2 + 1)),
    ],
    // What SQL's LIKE would take for any character.
    ['other signs', to((text) => text.replaceAll(/[_%]/g, 'z'))],
    ['all values in one', to(() => values.join(' '))],
    ['empty', to(() => '')],
  ];
}

/** Sets the value at a path of names; undefined takes it out. The JSON columns keep an object. */
function put(record: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  const isWhole =
    keys.length === 1 && /^(?:requestParameters|responseElements|additionalEventData)$/.test(path);
  let parent = record;
  for (const key of keys.slice(0, -1)) {
    const child = parent[key];
    const next =
      typeof child === 'object' && child !== null ? (child as Record<string, unknown>) : {};
    parent[key] = next;
    parent = next;
  }
  const last = keys.at(-1) ?? '';
  if (value === undefined) delete parent[last];
  else parent[last] = isWhole && typeof value !== 'object' ? { note: value } : value;
}
