import { expect, test } from '@jest/globals';
import { instanceTagsIn } from '../../../../local/endpoints/instance-tags.ts';

const tags = { 'i-1': { Name: 'web', team: 'a' }, 'i-2': {} };

test.each([
  ['a plain object', tags, tags],
  [
    'what describe-tags prints',
    {
      Tags: [
        { Key: 'Name', ResourceId: 'i-1', ResourceType: 'instance', Value: 'web' },
        { Key: 'team', ResourceId: 'i-1', ResourceType: 'instance', Value: 'a' },
        { Key: 'Name', ResourceId: 'vol-1', ResourceType: 'volume', Value: 'disk' },
      ],
    },
    { 'i-1': tags['i-1'] },
  ],
  [
    'what describe-instances prints',
    {
      Reservations: [
        {
          Instances: [
            {
              InstanceId: 'i-1',
              State: { Code: 16, Name: 'running' },
              Tags: [
                { Key: 'Name', Value: 'web' },
                { Key: 'team', Value: 'a' },
              ],
            },
          ],
        },
        { Instances: [{ InstanceId: 'i-2' }] },
      ],
    },
    tags,
  ],
])('tags are read from %s', (_, value, expected) => {
  expect(instanceTagsIn(value)).toEqual(expected);
});

test.each([
  [null],
  [[]],
  ['x'],
  [{ 'i-1': ['team'] }],
  [{ Tags: [{ Key: 'a' }] }],
  [{ 'i-1': { a: 1 } }],
])('%j holds none', (value) => {
  expect(instanceTagsIn(value)).toBeUndefined();
});
