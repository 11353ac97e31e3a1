import type { FileFilter } from '../../src/trail/key.ts';
import type { Finding, PublicKey, Verification } from '../../src/trail/verify.ts';
import { inWorkers } from './backfill.ts';
import type { HistoryFunction } from './open-function.ts';

/** How the files of a trail stand against its digests. */
export interface TrailVerification {
  readonly months: number;
  readonly digests: number;
  readonly files: number;
  readonly findings: readonly Finding[];
  readonly byCode: Readonly<Record<string, number>>;
  readonly denied: readonly string[];
}

export type { PublicKey };

/** Verifies month by month, in as many workers as there are. */
export async function verifyTrail(
  filter: FileFilter,
  publicKeys: readonly PublicKey[],
  fn: HistoryFunction,
  {
    onMonth,
    interrupted,
  }: { onMonth?: (done: number, of: number) => void; interrupted: AbortSignal },
): Promise<TrailVerification> {
  type Months = { readonly months: readonly string[]; readonly denied: readonly string[] };
  const asked = { step: 'months', digests: true, ...filter };
  const { months, denied } = await fn.take<Months>(asked);
  const done: Verification[] = [];
  await inWorkers(months, fn.workers, interrupted, async (month) => {
    done.push(await fn.take<Verification>({ step: 'verify', month, publicKeys, ...filter }));
    onMonth?.(done.length, months.length);
  });
  done.sort((a, b) => (a.month < b.month ? -1 : 1));
  const byCode: Record<string, number> = {};
  for (const one of done) {
    for (const [code, count] of Object.entries(one.byCode))
      byCode[code] = (byCode[code] ?? 0) + count;
  }
  return {
    months: done.length,
    digests: done.reduce((sum, { digests }) => sum + digests, 0),
    files: done.reduce((sum, { files }) => sum + files, 0),
    findings: done.flatMap(({ findings }) => findings),
    byCode,
    denied,
  };
}
