import base, { commandSuites } from '../jest.config.js';

/**
 * The suites of the commands that write a lake, each step of them in processes of its own: a minute and a half
 * of a processor, so `npm test` leaves them.
 */
export default {
  ...base,
  rootDir: '..',
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: [`<rootDir>/test/integration/{${commandSuites.join()}}.test.ts`],
};
