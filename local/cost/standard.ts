import type { Load, StackChoices } from './model.ts';

/** An account that is busy: about ten million events a month. Bytes are those of athena/sizes.ts. */
export const standardLoad: Load = {
  eventsPerDay: 300_000,
  eventBytes: 1500,
  rowBytes: 1680,
  storedBytes: 147,
  sources: 15,
  busyShare: 0.7,
  queriesPerDay: 20,
  queryDays: 7,
};

/** The template's defaults, after a year. */
export const standardChoices: StackChoices = {
  format: 'json',
  deliverySeconds: 300,
  keepDays: 365,
  metrics: 'all',
  dashboard: false,
  architecture: 'arm64',
};
