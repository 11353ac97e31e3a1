import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where packages of systems put it. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The browser of this machine: that of EVENTLAKE_TEST_CHROMIUM, else one of a known place, else Debian's
 * package, installed now.
 * @throws Error that says what is missing, where it cannot be installed
 */
export function findChromium(note: (message: string) => void): string {
  const given = process.env.EVENTLAKE_TEST_CHROMIUM;
  const found = given ?? places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      'The page is tested in Chromium: install it (Debian: apt-get install chromium), or say where it is by EVENTLAKE_TEST_CHROMIUM.',
    );
  }
  note("Installing Debian's package chromium …");
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  apt('update');
  apt('install', '--yes', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  return findChromium(note);
}

/** Starts it. As root, it has no sandbox to start in. */
export function startChromium(executablePath: string): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}
