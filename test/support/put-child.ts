import { statSync } from 'node:fs';
import { fileSource } from '../../local/input/read-pieces.ts';
import { openJournal } from '../../local/lake/journal.ts';
import { putFiles } from '../../local/stream/put-files.ts';

// Puts files into a lake in small transactions, in a process that a test kills: LAKE FILE…
const [lake = '', ...files] = process.argv.slice(2);
const journal = await openJournal(lake);
const { files: put, already } = await putFiles(
  files.map((file) => fileSource(file, file, statSync(file).size)),
  { lake, journal, maxTransactionBytes: 40_000 },
);
process.stdout.write(JSON.stringify({ put, already }));
