import base from '../../../jest.config.js';

/** Each batch in a process of its own, with as much memory as the function has: a minute of a processor. */
export default {
  ...base,
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/hostile/*.test.ts'],
};
