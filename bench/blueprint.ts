import type { Invocation, Response } from '../src/firehose/contract.ts';

/**
 * The pipeline that AWS's transformation blueprints are: decode, parse, stringify, a newline, encode.
 * It makes no row, no partition and no tags, and one bad record throws for the batch.
 */
export function blueprint({ records }: Invocation): Response {
  return {
    records: records.map(({ recordId, data }) => {
      const event = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
      const line = `${JSON.stringify(event)}\n`;
      return { recordId, result: 'Ok', data: Buffer.from(line).toString('base64') };
    }),
  };
}
