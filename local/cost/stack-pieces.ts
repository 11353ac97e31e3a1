import { alarmedMetrics, metrics } from '../../src/telemetry/metrics.ts';
import type { StackPieces } from './model.ts';

/** What a stack with the defaults of its template consists of. @param alarms those of the template */
export const stackPieces = (alarms: number): StackPieces => ({
  metrics: { all: Object.keys(metrics).length, alarmed: alarmedMetrics.length },
  alarms,
});
