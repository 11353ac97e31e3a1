import base from '../../../jest.config.js';

export default {
  ...base,
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/sam/**/*.test.ts'],
  globalSetup: '<rootDir>/test/engines/sam/jest-setup.ts',
  globalTeardown: '<rootDir>/test/engines/sam/jest-teardown.ts',
  // Times are measured, and they are of two processors at most.
  maxWorkers: 1,
  testTimeout: 180_000,
  verbose: true,
};
