import { getSystemErrorMap } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { EnvironmentError, environmentErrorOf } from '../../../local/errors.ts';

const thrown = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: what Node says`), { code, ...more });

describe('What the file system answers', () => {
  const codes = [...getSystemErrorMap().values()].map(([code]) => code);

  test.each(['read', 'write'])('becomes a sentence, whatever it is, where we %s', (verb) => {
    for (const code of codes) {
      const told = environmentErrorOf(thrown(code), verb, 'a.json');

      expect(told).toBeInstanceOf(EnvironmentError);
      expect((told as Error).message).toMatch(new RegExp(`^Cannot ${verb} a\\.json: [^A-Z].*\\.$`));
    }
  });

  test.each([
    ['ELOOP', 'read', 'its links lead in a circle'],
    ['ENAMETOOLONG', 'read', 'the name is too long'],
    ['EROFS', 'write', 'the disk is read-only'],
    ['ENOENT', 'write', 'there is no such folder'],
    ['EBUSY', 'write', 'resource busy or locked (EBUSY)'],
  ])('says of %s what a person can do', (code, verb, reason) => {
    const told = environmentErrorOf(thrown(code), verb, 'a.json') as Error;

    expect(told.message).toContain(`Cannot ${verb} a.json: ${reason}`);
  });

  test('names the path that it is about, where that is another', () => {
    const told = environmentErrorOf(thrown('EIO', { path: '/lake/b' }), 'read', 'a') as Error;

    expect(told.message).toContain('Cannot read /lake/b: ');
  });

  test.each([new TypeError('x is not a function'), thrown('ERR_INVALID_ARG_TYPE'), 'text'])(
    'is not %s: that is given back as it is',
    (error) => {
      expect(environmentErrorOf(error, 'read', 'a')).toBe(error);
    },
  );
});
