import base from '../../../jest.config.js';

export default {
  ...base,
  maxWorkers: 1, // all ask the one engine
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/history/**/*.test.ts'],
  globalSetup: '<rootDir>/test/engines/tags/jest-setup.ts',
  testTimeout: 600_000,
  verbose: true,
};
