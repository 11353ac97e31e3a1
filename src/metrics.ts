import type { Summary } from './summary.ts';

/** One number of CloudWatch metrics; failures have their code as a dimension beside. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly code?: string;
}

/**
 * What an invocation counts. The numbers add up as those of the summary do; docs/metrics.md says how.
 */
export function metricsOf(summary: Summary): Metric[] {
  const { failures, tags } = summary;
  return [
    { name: 'Records', value: summary.records },
    { name: 'RecordsCarried', value: summary.carried },
    { name: 'RecordsOk', value: summary.ok },
    { name: 'RecordsEmpty', value: summary.empty },
    { name: 'RecordsControl', value: summary.control },
    { name: 'RecordsPutAgain', value: summary.putAgain },
    { name: 'RecordsFailed', value: summary.failed },
    { name: 'Events', value: summary.events },
    { name: 'Rows', value: summary.rows },
    { name: 'EventsPutAgain', value: summary.eventsPutAgain },
    { name: 'EventsFailed', value: summary.eventsFailed },
    { name: 'PartsPutAgain', value: summary.parts },
    { name: 'PartsRefused', value: sumOf(summary.refusals) },
    { name: 'TagsFound', value: tags.found ?? 0 },
    { name: 'TagsNone', value: tags.none ?? 0 },
    { name: 'TagsFailed', value: tags.failed ?? 0 },
    { name: 'TagsSkipped', value: tags.skipped ?? 0 },
    ...Object.entries(failures).map(([code, { count }]) => ({
      name: 'RecordsFailedByCode',
      value: count,
      code,
    })),
  ];
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
