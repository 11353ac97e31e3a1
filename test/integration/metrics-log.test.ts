import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bundle, build } from '../../local/build.ts';
import { busEvent, invocationOf, trailRecord } from '../support/transform-fixture.ts';

let folder: string;
let bundle: Bundle;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eventlake-metrics-'));
  [bundle] = (await build({ outdir: folder })) as [Bundle];
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The log of one invocation for each list of records, in one process. */
function logOf(invocations: readonly (readonly string[])[], environment: Record<string, string>) {
  const script = `
    const { ${bundle.handler} } = await import(${JSON.stringify(bundle.file)});
    const context = { functionName: 'f', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };
    for (const invocation of ${JSON.stringify(invocations.map((records) => invocationOf(records)))}) {
      await ${bundle.handler}(invocation, context);
    }`;
  const log = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { AWS_REGION: 'eu-west-1', POWERTOOLS_SERVICE_NAME: 'audit', ...environment },
  });
  return log.split('\n').filter((line) => line !== '');
}

/** Values by their names, of each line in CloudWatch's embedded metric format. */
const metricsIn = (log: readonly string[]) =>
  log.flatMap((line) => {
    const document = JSON.parse(line);
    const [directive] = document._aws?.CloudWatchMetrics ?? [];
    if (directive === undefined) return [];
    const { Namespace, Dimensions, Metrics } = directive as {
      Namespace: string;
      Dimensions: string[][];
      Metrics: { Name: string }[];
    };
    return [
      {
        Namespace,
        dimensions: Object.fromEntries(
          Dimensions.flat().map((dimension) => [dimension, document[dimension]]),
        ),
        values: Object.fromEntries(
          // A name that comes twice in a document would be a list.
          Metrics.map(({ Name }) => [Name, [document[Name]].flat()]),
        ),
      },
    ];
  });

describe('The built function', () => {
  test('writes the metrics of an invocation that are not zero, by the name of the stack', () => {
    const log = logOf([[trailRecord('a'), busEvent('b'), 'oops']], {});

    const own = { Namespace: 'eventlake', dimensions: { service: 'audit' } };
    expect(metricsIn(log)).toEqual([
      {
        Namespace: 'eventlake',
        dimensions: { service: 'audit', code: 'BAD_JSON' },
        values: { RecordsFailedByCode: [1] },
      },
      {
        ...own,
        values: {
          Records: [3],
          RecordsOk: [2],
          RecordsFailed: [1],
          Events: [2],
          Rows: [2],
          ApiCalls: [1],
        },
      },
    ]);
  });

  test('writes none where none is alarmed, and does not complain of that', () => {
    const log = logOf([[busEvent('b')], [trailRecord('a')], [busEvent('c')]], {
      METRICS: 'alarmed',
    });

    expect(metricsIn(log)).toEqual([
      {
        Namespace: 'eventlake',
        dimensions: { service: 'audit' },
        values: { ApiCalls: [1] },
      },
    ]);
    expect(log.filter((line) => line.includes('"Batch transformed"'))).toHaveLength(3);
    expect(log).toHaveLength(4);
  });
});
