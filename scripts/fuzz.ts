import { spawnSync } from 'node:child_process';
import { argumentsOf, refuse } from './arguments.ts';

/** Runs between two reports; each round has seeds of its own. */
const roundRuns = 1_000;

/** Where properties are; `test:properties` runs the same. */
const folders = ['test/property', 'test/unit/local/stream/arrival.test.ts'];

const usage = `Usage: npm run fuzz -- [--runs N] [--minutes M] [PATH…]

Runs every property of the project, or those of PATH, N times with new seeds (default ${roundRuns}), for
M minutes at most. Ends at the first counter-example, with the seed that gives it again.
`;

const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];

/** Tries every property so often; what Jest says where one does not hold. */
function fuzz(runs: number, paths: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...jest, ...paths, '--testNamePattern', '^(?!what is simulated)'],
    {
      env: { ...process.env, PROPERTY_RUNS: String(runs) },
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  return status === 0 ? undefined : stdout + stderr;
}

function countIn(option: string, text: string): number {
  const count = Number(text);
  return Number.isFinite(count) && count > 0
    ? count
    : refuse(`--${option} has to be a number above 0.`, usage);
}

if (import.meta.main) {
  const { values, positionals } = argumentsOf(usage, {
    options: {
      runs: { type: 'string', default: String(roundRuns) },
      minutes: { type: 'string', default: String(24 * 60) },
    },
    allowPositionals: true,
  });
  const runs = countIn('runs', values.runs);
  const seconds = 60 * countIn('minutes', values.minutes);
  const paths = positionals.length > 0 ? positionals : folders;
  for (let done = 0; done < runs && performance.now() < seconds * 1000; ) {
    const round = Math.min(roundRuns, runs - done);
    const found = fuzz(round, paths);
    if (found !== undefined) {
      process.stdout.write(found);
      process.exit(1);
    }
    done += round;
    const minutes = (performance.now() / 60_000).toFixed(1);
    process.stdout.write(`${done} runs of every property in ${minutes} min: nothing found\n`);
  }
}
