#!/usr/bin/env node
// Started by whatever Node the machine has, 20 or newer; starts the command with the Lambda's own major
// version, which comes as a dependency. In a clone that is the source, in a package the bundle.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The `node` of the dependency; undefined where npm ran no install scripts, which put it there. */
function ownNode() {
  try {
    const { resolve } = createRequire(import.meta.url);
    const file = join(dirname(resolve('node/package.json')), 'bin', 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

const isNewEnough = Number.parseInt(process.versions.node, 10) >= 24;
const node = ownNode() ?? (isNewEnough ? process.execPath : undefined);
if (node === undefined) {
  process.stderr.write(
    'The dependency node@24 is not there: install eventlake again with npm, without --ignore-scripts.\n',
  );
  process.exit(1);
}

const main = [here('../local/cli.ts'), here('../bundle/cli.js')].find(existsSync);
const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal sends these to both; others send them to us only, and the command takes them twice as once.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => {});
child.on('error', ({ message }) => {
  process.stderr.write(`Cannot start ${node}: ${message}\n`);
  process.exitCode = 1;
});
child.on('exit', (status, signal) => {
  process.exitCode = status ?? 128 + constants.signals[signal];
});
