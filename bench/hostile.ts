import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadStack } from '../local/template/load-stack.ts';
import { batchLimits } from '../src/batch/budget.ts';
import { hostileBatches, type Taken } from '../test/support/hostile-batches.ts';

/** What a batch takes that was made to break the function. */
export interface HostileBench extends Pick<Taken, 'records' | 'bytes' | 'work' | 'maxRssMb'> {
  readonly what: string;
  readonly cpuSeconds: number;
  /** In the function, as long as it has it for itself. */
  readonly functionSeconds: number;
}

/** "Configure Lambda function memory" (AWS Lambda Developer Guide): so much has one processor. */
const memoryMbOfProcessor = 1769;

const [ours] = loadStack().functions;
const memoryMb = ours?.memoryMb ?? 0;
const timeoutSeconds = ours?.timeoutSeconds ?? 0;
const processors = memoryMb / memoryMbOfProcessor;

/** Each batch in a process of its own, which has its memory as the function does; the worst first. */
export function benchHostile(): HostileBench[] {
  const script = fileURLToPath(new URL('../test/support/hostile-batches.ts', import.meta.url));
  const youngMb = Math.floor(memoryMb / 10);
  const flags = [
    `--max-semi-space-size=${Math.floor(youngMb / 2)}`,
    `--max-old-space-size=${memoryMb - youngMb}`,
  ];
  const taken = Object.keys(hostileBatches).map((what): HostileBench => {
    const output = execFileSync(process.execPath, [...flags, script, what], { encoding: 'utf8' });
    const { records, bytes, work, maxRssMb, cpuMs } = JSON.parse(output) as Taken;
    const cpuSeconds = cpuMs / 1000;
    const functionSeconds = cpuSeconds / processors;
    return { what, records, bytes, work, maxRssMb, cpuSeconds, functionSeconds };
  });
  const slow = taken.find(({ functionSeconds }) => functionSeconds > timeoutSeconds / 3);
  if (slow) throw new Error(`"${slow.what}" takes ${slow.functionSeconds.toFixed(0)} s`);
  return taken.sort((a, b) => b.cpuSeconds - a.cpuSeconds);
}

/** The figures as Markdown. */
export function hostileReport(figures: readonly HostileBench[]): string {
  const rows = figures.map((one) =>
    [
      one.what,
      one.records.toLocaleString('en'),
      Math.round(one.bytes / 1024).toLocaleString('en'),
      (one.work / 1024 / 1024).toFixed(1),
      one.cpuSeconds.toFixed(1),
      one.functionSeconds.toFixed(0),
      one.maxRssMb.toFixed(0),
    ].join(' | '),
  );
  return `Claim: whatever is in a batch, it ends within a third of the function's ${timeoutSeconds} s. The batches are made to break it, each as large as Firehose's buffer of 1 MiB, with 200 good events among them, which all become rows. Work is counted ([architecture.md](architecture.md#why-nothing-is-lost-or-goes-round-for-ever)) and the same on every machine: ${batchLimits.maxReadWork / 1024 / 1024} Mi is the budget. Seconds are those of the processor in a process of its own, and the same in a function of ${memoryMb} MB, which has ${processors.toFixed(2)} of a processor.

| a batch of | records | KiB | work, Mi | processor, s | in the function, s | memory, MB |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}
