const tested = 24;

// Node 20 fails somewhere deep in the first test; so say it here.
if (Number.parseInt(process.versions.node, 10) !== tested) {
  console.error(
    `The tests run by Node ${tested}, as the function does, not by ${process.versions.node}: \`npm test\` takes it from node_modules.`,
  );
  process.exit(1);
}

/** middy 7 is ESM only, so Jest runs in ESM mode: see the `test` script for its flag. */
const typescript = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
  module: { type: 'es6' },
};

// Nothing may depend on where a machine stands, so the tests stand where hardly any does.
process.env.TZ = 'Pacific/Chatham';

/** Suites that `npm run test:commands` runs: each of their steps is a process of its own. */
export const commandSuites = ['compact', 'put', 'put-kills', 'replay'];

export default {
  testMatch: ['<rootDir>/test/{unit,property,golden,integration}/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    `/test/integration/(?:${commandSuites.join('|')})\\.test\\.ts$`,
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', typescript] },
  modulePathIgnorePatterns: ['<rootDir>/.aws-sam', '<rootDir>/dist', '<rootDir>/bundle'],
  // Jest would leave one processor free: on two, half of them.
  maxWorkers: '100%',
  // More runs than a test usually has take as long as they take.
  testTimeout: 'PROPERTY_RUNS' in process.env ? 3_600_000 : 60_000,
};
