import base from '../../../jest.config.js';

export default {
  ...base,
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/engines/package/**/*.test.ts'],
  testTimeout: 300_000, // npm fetches what the package needs
  verbose: true,
};
