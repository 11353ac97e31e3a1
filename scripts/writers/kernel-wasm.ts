import { readFile } from 'node:fs/promises';
import type { GeneratedFile, Writer } from '../writer.ts';

const folder = 'src/one-pass/';
/** Its tables and memos lie below `batchAt` of layout.ts: so many pages of 64 KiB. */
const initialPages = 80;
const lineLength = 96;

const options = [
  ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge'],
  // No heap and no checks of lists: the kernel has neither.
  ...['--runtime', 'stub', '--noAssert', '--use', 'abort='],
  ...['--enable', 'simd', '--initialMemory', String(initialPages)],
];

/** The kernel, compiled and as text, so that bundlers and the host take it for any other module. */
export const kernelWasm: Writer = {
  makes: 'the kernel of the one pass',
  from: `${folder}assembly/kernel.ts`,
  async files(root): Promise<GeneratedFile[]> {
    const base64 = Buffer.from(await compile(new URL(folder, root))).toString('base64');
    const lines = base64.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
    const text = [
      '// Written by `npm run generate` from assembly/kernel.ts. Do not edit.',
      '',
      '/** The module, base64. */',
      'export const kernelBytes =',
      ...lines.map((line, index) => `  '${line}'${index === lines.length - 1 ? ';' : ' +'}`),
      '',
    ].join('\n');
    return [{ path: `${folder}kernel.wasm.ts`, text }];
  },
};

/** @throws Error with what the compiler says */
async function compile(folder: URL): Promise<Uint8Array> {
  // It takes 0.3 s to load, which only this writer needs.
  const { default: asc } = await import('assemblyscript/asc');
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['assembly/kernel.ts', '--outFile', 'kernel.wasm', ...options],
    {
      readFile: (name) => readFile(new URL(name, folder), 'utf8').catch(() => null),
      writeFile: (_name, contents) => {
        wasm = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error || wasm === undefined) throw new Error(`the kernel: ${stderr.toString()}`);
  return wasm;
}
