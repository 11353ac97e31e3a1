import { describe, expect, test } from '@jest/globals';
import { jsonText, parseJson } from '../../../src/json.ts';
import { eventTextOf, mergePatch, rebuild } from '../../../src/rows/rebuild.ts';
import type { Row } from '../../../src/rows/schema.ts';

/** Rows of each family with one stored cell, and what they are rebuilt to. */
const rows: [name: string, row: Row, event: string][] = [
  ['a bare record', { event_format: 'cloudtrail', event_id: 'x' }, '{"eventID":"x"}'],
  [
    'a bare record, whose Region is its own',
    { event_format: 'cloudtrail', region: 'eu-west-1' },
    '{"awsRegion":"eu-west-1"}',
  ],
  [
    'a wrapped record, with what its envelope has anyway',
    {
      event_format: 'eventbridge',
      event_id: 'x',
      envelope_id: 'y',
      event_time: '2026-11-20 10:11:12.000',
      region: 'eu-west-1',
    },
    '{"version":"0","resources":[],"id":"y","region":"eu-west-1","time":"2026-11-20T10:11:12Z",' +
      '"detail":{"eventID":"x","eventTime":"2026-11-20T10:11:12Z","awsRegion":"eu-west-1"}}',
  ],
  [
    'a wrapped record without time and Region',
    { event_format: 'eventbridge' },
    '{"version":"0","resources":[],"detail":{}}',
  ],
  [
    'another event',
    { event_format: 'eventbridge', event_id: 'x', detail: '{"n":1.0}', resources: [{ arn: 'a' }] },
    '{"version":"0","id":"x","resources":["a"],"detail":{"n":1.0}}',
  ],
  [
    'another event without a detail',
    { event_format: 'eventbridge', detail: 'null' },
    '{"version":"0","detail":null}',
  ],
  [
    'an aggregated event, which is all in its detail',
    { event_format: 'cloudtrail', kind: 'x', event_id: 'x', region: 'y', detail: '{"n":1.0}' },
    '{"n":1.0}',
  ],
  ['an unknown document', { event_format: 'unknown', detail: '[1.0]' }, '[1.0]'],
  ['an unknown document of nothing', { event_format: 'unknown' }, 'null'],
];

describe('rebuild', () => {
  test.each(rows)('of %s', (_name, row, event) => {
    const rebuilt = jsonText(rebuild(row));

    expect(JSON.parse(rebuilt)).toEqual(JSON.parse(event));
    expect(rebuilt).toHaveLength(event.length);
  });

  test.each(rows)('reads null, as engines give it, as absent: %s', (_name, row, event) => {
    const withNulls = { event_type: null, unmapped: null, ...row } as unknown as Row;

    expect(JSON.parse(eventTextOf(withNulls))).toEqual(JSON.parse(event));
  });

  test('gives back what an older row has in `unmapped`, as there was no column', () => {
    const row: Row = { event_format: 'cloudtrail', unmapped: '{"eventContext":{"tagContext":{}}}' };

    expect(JSON.parse(eventTextOf(row))).toEqual({ eventContext: { tagContext: {} } });
  });

  test('takes the family of a detail that engines give as null', () => {
    const row = { event_format: 'eventbridge', detail: null, event_name: 'x' } as unknown as Row;

    expect(rebuild(row)).toMatchObject({ detail: { eventName: 'x' } });
  });

  test('never reads derived cells', () => {
    const row: Row = {
      event_format: 'cloudtrail',
      arrival_time: 'x',
      kind: 'x',
      detail_type: 'x',
      event_source: 'x',
      account: 'x',
      actor_name: 'x',
      outcome: 'x',
      state: 'x',
      instances: [{ instance_id: 'x' }],
      instance_count: 7,
    };

    expect(rebuild(row)).toEqual({});
  });
});

describe('eventTextOf', () => {
  test('applies what no column holds', () => {
    const row: Row = {
      event_format: 'eventbridge',
      event_id: 'x',
      detail: '{"n":1}',
      unmapped: '{"version":null,"id":1.0,"__proto__":{"a":[null]}}',
    };

    expect(eventTextOf(row)).toBe('{"id":1.0,"detail":{"n":1},"__proto__":{"a":[null]}}');
  });

  test.each(['detail', 'unmapped'])('throws where %s holds no JSON', (column) => {
    const row: Row = { event_format: 'eventbridge', detail: '{}', [column]: '{"a"' };

    expect(() => eventTextOf(row)).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
  });
});

describe('mergePatch', () => {
  // The examples of RFC 7396, appendix A: original, patch, result.
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    // and ours
    ['{"a":1.0}', '{"a":1.00}', '{"a":1.00}'],
    ['{"a":1.0}', '{}', '{"a":1.0}'],
    ['1.0', '{}', '{}'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"b":2}}', '{"__proto__":{"a":1,"b":2}}'],
    ['{"__proto__":1}', '{"__proto__":null}', '{}'],
    ['{}', '{"constructor":{"prototype":{"x":1}}}', '{"constructor":{"prototype":{"x":1}}}'],
    ['{}', '{"toString":{"a":1}}', '{"toString":{"a":1}}'],
  ])('of %s and %s is %s', (target, patch, result) => {
    expect(jsonText(mergePatch(parseJson(target), parseJson(patch)))).toBe(result);
  });

  test('takes what is absent for empty', () => {
    expect(jsonText(mergePatch(undefined, { a: 1 }))).toBe('{"a":1}');
  });

  test('never touches the prototype of other objects', () => {
    mergePatch(
      {},
      parseJson('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    );

    expect({}).not.toHaveProperty('polluted');
  });
});
