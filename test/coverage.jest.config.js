import base from '../jest.config.js';

/** How many branches of the core its tests take. Counting costs time, so `npm test` leaves it. */
export default {
  ...base,
  rootDir: '..',
  testMatch: [
    '<rootDir>/test/{unit,property,golden}/**/*.test.ts',
    // The clients of AWS, in this process, before endpoints that speak its protocols.
    '<rootDir>/test/integration/{put-again,tag-faults}.test.ts',
  ],
  collectCoverage: true,
  // Left out is what only runs in the built bundle, where nothing counts: the handler, and the client
  // of Firehose that it loads on first need. test/integration runs both there; the steps of a trail's
  // history and their storage run in their own bundle, by `npm run test:history`.
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/firehose/service.ts',
    '!src/one-pass/assembly/**',
    '!src/{trail,storage}/**',
  ],
  // v8 counts no branches in functions that were never called, and so flatters.
  coverageProvider: 'babel',
  coverageReporters: [['text', { skipFull: true }]],
  coverageThreshold: { global: { branches: 95 } },
};
