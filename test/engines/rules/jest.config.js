import athena from '../athena/jest.config.js';

export default { ...athena, testMatch: ['<rootDir>/test/engines/rules/**/*.test.ts'] };
