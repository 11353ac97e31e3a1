import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Json } from '../../../src/json.ts';
import type { Column } from '../../../src/rows/schema.ts';

const arrivalMs = Date.UTC(2026, 10, 20, 12);

/** What is added to the tables before anything is made of them. */
const added: readonly Column[] = [
  {
    name: 'weather',
    type: 'json',
    description: '',
    example: '',
    bare: { part: 'record', key: 'weather' },
    wrapped: { part: 'record', key: 'weather' },
  },
  {
    name: 'mood',
    type: 'string',
    description: '',
    example: '',
    other: { part: 'envelope', key: 'mood' },
  },
  {
    name: 'first_word_of_agent',
    type: 'string',
    description: '',
    example: '',
    bare: { derived: '' },
    wrapped: { derived: '' },
  },
];

let rowIn: (event: Json) => object;
let plainRowIn: (event: Json) => object;
beforeAll(async () => {
  const { columns } = await import('../../../src/rows/schema.ts');
  (columns as unknown as Column[]).push(...added);
  const { ofBare, ofWrapped } = await import('../../../src/rows/derived.ts');
  for (const derived of [ofBare, ofWrapped] as unknown as Record<string, unknown>[]) {
    derived.first_word_of_agent = ({ record }: { record: { userAgent?: string } }) =>
      record.userAgent?.split(' ')[0];
  }
  const { stateChangeMap } = await import('../../../src/rows/state-change-map.ts');
  Object.assign(stateChangeMap, {
    'aws.abacus': {
      'Abacus State Change': {
        state: ['now.state', 'state'],
        previous: 'before',
        id: { joined: ['frame', 'rod'] },
        errorMessage: 'reasons[].text',
      },
    },
  });
  const { recognise } = await import('../../../src/events/event.ts');
  const { rowOf } = await import('../../../src/rows/row.ts');
  const { plainDocumentOf } = await import('../../../src/one-pass/plain-documents.ts');
  rowIn = (event) => JSON.parse(JSON.stringify(rowOf(recognise(event), arrivalMs)));
  plainRowIn = (event) => {
    const found = plainDocumentOf(Buffer.from(JSON.stringify(event)), arrivalMs);
    if (typeof found === 'string') throw new Error(found);
    return JSON.parse(found.line.toString());
  };
});

const call = {
  eventVersion: '1.11',
  eventTime: '2026-11-20T10:11:12Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventType: 'AwsApiCall',
  userAgent: 'aws-cli/2 md',
  weather: { sky: 'grey', degrees: 1.0 },
};
const change = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'Abacus State Change',
  source: 'aws.abacus',
  account: '123456789012',
  time: '2026-11-20T10:11:12Z',
  region: 'eu-west-1',
  resources: [],
  mood: 'fine',
  detail: { state: 'idle', frame: 'f', rod: 'r', before: 'busy', reasons: [{ text: 'rest' }] },
};

describe('What is added to the tables is in the rows of both ways, and needs no line in the one pass', () => {
  test('a column that is stored, and one that is derived of a key that nothing is remembered by', () => {
    const weather = '{"sky":"grey","degrees":1}';

    expect(rowIn(call)).toMatchObject({ weather, first_word_of_agent: 'aws-cli/2' });
    expect(plainRowIn(call)).toEqual(rowIn(call));
    // It is made anew for each event.
    const other = { ...call, userAgent: 'terraform/1 sh' };
    expect(plainRowIn(other)).toMatchObject({ first_word_of_agent: 'terraform/1' });
  });

  test('a type of state change, with a column of its own', () => {
    expect(rowIn(change)).toMatchObject({
      kind: 'state_change',
      state: 'idle',
      previous_state: 'busy',
      resource_id: 'f/r',
      error_message: 'rest',
      mood: 'fine',
    });
    expect(plainRowIn(change)).toEqual(rowIn(change));
  });

  test('the first of its paths that has a word', () => {
    const { detail } = change;
    const later = { ...change, detail: { ...detail, now: [{ state: '' }, { state: 'counting' }] } };

    expect(rowIn(later)).toMatchObject({ state: 'counting' });
    expect(plainRowIn(later)).toEqual(rowIn(later));
  });
});
