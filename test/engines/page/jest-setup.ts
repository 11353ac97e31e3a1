import { findChromium } from './chromium.ts';

/** Finds Chromium, or installs it, and tells the tests where. */
export default function setUp(): void {
  process.env.EVENTLAKE_TEST_CHROMIUM = findChromium((message) =>
    process.stderr.write(`[chromium] ${message}\n`),
  );
}
