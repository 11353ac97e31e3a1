import base from '../../../jest.config.js';

export default {
  ...base,
  maxWorkers: 1,
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/doctor/**/*.test.ts'],
  globalSetup: '<rootDir>/test/engines/tags/jest-setup.ts',
  testTimeout: 180_000,
  verbose: true,
};
