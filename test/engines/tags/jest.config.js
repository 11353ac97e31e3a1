import base from '../../../jest.config.js';

export default {
  ...base,
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/tags/**/*.test.ts'],
  globalSetup: '<rootDir>/test/engines/tags/jest-setup.ts',
  testTimeout: 180_000,
  verbose: true,
};
