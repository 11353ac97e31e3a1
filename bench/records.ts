import { readdirSync, readFileSync } from 'node:fs';
import { parseJson } from '../src/json.ts';

const samples = new URL('../events/readable/', import.meta.url);

/** The project's sample events as texts, one a document: envelopes and bare records. */
export function sampleEvents(): string[] {
  return readdirSync(samples)
    .filter((file) => file.endsWith('.json') && file !== 'tags.json')
    .flatMap((file) => {
      const document = parseJson(readFileSync(new URL(file, samples), 'utf8')) as never;
      const events = (document as { Records?: unknown[] }).Records ?? (document as unknown[]);
      return events.map((event) => JSON.stringify(event));
    });
}
