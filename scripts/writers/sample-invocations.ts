import { readdir, readFile } from 'node:fs/promises';
import { invocationText } from '../../local/stream/make-invocation.ts';
import { loadStack } from '../../local/template/load-stack.ts';
import { splitDocuments } from '../../src/events/split.ts';
import type { GeneratedFile, Writer } from '../writer.ts';

const readable = 'events/readable/';

/** Events of readable files, one a record, in the order of the files. */
async function recordsOf(root: URL, names: readonly string[]): Promise<Uint8Array[]> {
  const files = await Promise.all(names.map((name) => readFile(new URL(readable + name, root))));
  return files.flatMap((file) => splitDocuments(file).map(({ bytes }) => bytes));
}

/** The sample invocations, for `sam local invoke -e`. */
export const sampleInvocations: Writer = {
  makes: 'sample invocations',
  from: 'events/readable/ and template.yaml',
  async files(root) {
    const { stream } = loadStack({ root });
    const names = (await readdir(new URL(readable, root)))
      .filter((name) => name.endsWith('.json') && name !== 'tags.json')
      .sort();
    const all = await recordsOf(root, names);
    const stop = await recordsOf(root, ['stop.json']);
    const [first = new Uint8Array(0), ...others] = await recordsOf(root, ['launch.json']);
    // Cut in the middle, as by a producer that gave up.
    const broken = first.subarray(0, first.length / 2);
    const invocations: Readonly<Record<string, readonly Uint8Array[]>> = {
      'all-samples.json': all,
      'bad-record.json': [first, broken, ...others],
      'who-stopped-what.json': stop,
    };
    return Object.entries(invocations).map(
      ([name, records]): GeneratedFile => ({
        path: `events/${name}`,
        text: invocationText(records, stream),
      }),
    );
  },
};
