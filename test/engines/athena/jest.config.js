import base from '../../../jest.config.js';

export default {
  ...base,
  maxWorkers: 1, // all ask the one engine
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/athena/**/*.test.ts'],
  globalSetup: '<rootDir>/test/engines/athena/jest-setup.ts',
  globalTeardown: '<rootDir>/test/engines/athena/jest-teardown.ts',
  testTimeout: 180_000,
};
