import { defaultSources } from '../../src/partition/sources.ts';
import { keepAll } from '../../src/tags/tag-set.ts';
import type { PartRef } from '../../src/trail/layout.ts';
import { type TrailLimits, trailLimits } from '../../src/trail/limits.ts';
import type { PartOptions } from '../../src/trail/run-part.ts';
import { type StepOptions, takeStep } from '../../src/trail/steps.ts';
import { type MemoryStorage, memoryStorage } from './memory-storage.ts';

export interface PartSetting extends Partial<Omit<StepOptions, 'limits' | 'trail' | 'lake'>> {
  readonly trail: MemoryStorage;
  readonly lake: MemoryStorage;
  readonly limits?: Partial<TrailLimits>;
}

export function stepOptions({
  trail,
  lake,
  limits,
  ...others
}: PartSetting): StepOptions & PartOptions {
  return {
    trail,
    lake,
    prefix: '',
    sources: new Set<string>(defaultSources),
    isKept: keepAll,
    limits: { ...trailLimits, ...limits },
    maxFiles: 1e6,
    maxBytes: 1e12,
    checkTime: () => {},
    onBug: (bug) => {
      throw new Error('A bug', { cause: bug });
    },
    ...others,
  };
}

/** Plans a month and runs its parts, one after the other, as often as something is left to do. */
export async function runMonth(
  setting: PartSetting,
  { month = '2024-02', again = false } = {},
): Promise<number> {
  const options = stepOptions(setting);
  const run = 'run';
  await takeStep({ step: 'plan', run, month, again }, options);
  const manifest = { step: 'manifest', run, months: [month], again, withParts: true } as const;
  const { refs } = (await takeStep(manifest, options)) as { refs: PartRef[] };
  for (const ref of refs) await takeStep({ step: 'part', ...ref }, options);
  return refs.length;
}

/** A trail in memory. */
export function trailOf(files: Readonly<Record<string, Uint8Array>>): MemoryStorage {
  return memoryStorage(new Map(Object.entries(files)), { name: 'trail' });
}
