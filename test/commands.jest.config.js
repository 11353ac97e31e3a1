import base, { commandSuites } from '../jest.config.js';

/** The suites of the commands that write a lake: each of their steps is a process, so `npm test` leaves them. */
export default {
  ...base,
  rootDir: '..',
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: [`<rootDir>/test/integration/{${commandSuites.join()}}.test.ts`],
};
