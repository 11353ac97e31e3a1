import base from '../../../jest.config.js';

export default {
  ...base,
  maxWorkers: 1, // all look at the one page
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/page/**/*.test.ts'],
  globalSetup: '<rootDir>/test/engines/page/jest-setup.ts',
  testTimeout: 180_000,
  verbose: true,
};
