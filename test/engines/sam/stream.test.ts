import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { configurationOf } from '../../../local/firehose/configuration.ts';
import type { Counters } from '../../../local/firehose/counters.ts';
import { createFolderStore } from '../../../local/firehose/folder-store.ts';
import { createStream } from '../../../local/firehose/stream.ts';
import { arrivalOf } from '../../../local/stream/arrival.ts';
import { createFolder, run } from '../../support/command-fixture.ts';
import { rowsIn } from '../../support/lake-fixture.ts';
import { type LocalLambda, startLambda } from './container-function.ts';
import {
  createWorker,
  lookUpMark,
  preparedProject,
  type Span,
  sampleRequest,
  sampleTags,
  timed,
  withoutLookUpTimes,
} from './fixture.ts';
import { stackOf } from './project.ts';
import { openServices, type Services } from './services.ts';

const project = preparedProject();
const { stream: stackStream } = stackOf(project);
const samples = sampleRequest('all-samples.json').records.map(({ data }) =>
  Buffer.from(data, 'base64'),
);
const { folder, remove } = createFolder();

let services: Services;
let lambda: LocalLambda;
beforeAll(async () => {
  services = await openServices(stackStream.name, sampleTags());
  lambda = await startLambda(project, services.inContainer);
});
afterAll(async () => {
  await lambda?.stop();
  await services?.close();
  remove();
});

let lakes = 0;
let lake: string;
beforeEach(() => {
  lake = join(folder, String(++lakes));
});

type Invoke = (requestJson: string) => Promise<string>;

interface Delivered {
  readonly counters: Counters;
  readonly span: Span;
  /** Calls by which the function put records again. */
  readonly puts: number;
}

/** Puts records through the stream of the template, its function reached by `invoke`, into a lake. */
async function deliver(
  invoke: Invoke,
  records: readonly Uint8Array[],
  to: string,
): Promise<Delivered> {
  const [, , , region = '', account = ''] = stackStream.arn.split(':');
  const identity = { region, account, name: stackStream.name };
  const before = services.firehose.calls.length;
  const stream = createStream(configurationOf(stackStream.properties, identity), {
    invoke,
    store: createFolderStore(to),
    now: Date.now,
    arrivalOf,
  });
  services.takenBy({
    putRecord: (record) => stream.putRecord(record, { waitForRoom: false }),
    putRecordBatch: (batch) => stream.putRecordBatch(batch, { waitForRoom: false }),
  });
  const { span } = await timed(async () => {
    await stream.putRecordBatch(records);
    await stream.drain();
  });
  return {
    counters: stream.counters(),
    span,
    puts: services.firehose.calls.length - before,
  };
}

/** The same through the worker, as the command line does it. */
async function deliverHere(records: readonly Uint8Array[], to: string): Promise<Delivered> {
  const worker = createWorker(project, services);
  try {
    return await deliver((requestJson) => worker.invoke(requestJson), records, to);
  } finally {
    await worker.close();
  }
}

async function textsIn(of: string, span: Span): Promise<string[]> {
  const rows = await rowsIn(of);
  return rows.map(({ partition, text }) => `${partition} ${withoutLookUpTimes(text, span)}`).sort();
}

const question = `
  SELECT source, day, kind, count(*) AS events, count(DISTINCT event_id) AS ids, sum(instance_count) AS instances,
         count(*) FILTER (len(list_filter(instances, i -> i.tag_status = 'found')) > 0) AS tagged
  FROM events GROUP BY ALL ORDER BY ALL`;

/** DuckDB's answer, a JSON object a row. */
async function ask(of: string): Promise<string> {
  const { status, stdout, stderr } = await run(['query', '--lake', of, '--json', question]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const outcomesOf = ({ counters: { records, functionErrors } }: Delivered) => ({
  ...records,
  functionErrors,
});

describe('sam local start-lambda behind the local Firehose', () => {
  test('makes the lake of the sample events that the worker makes', async () => {
    // Act
    const container = await deliver(lambda.invoke, samples, lake);
    const here = await deliverHere(samples, `${lake}-here`);

    // Assess
    expect(outcomesOf(container)).toEqual(outcomesOf(here));
    expect(container.counters).toMatchObject({ records: { failed: 0 }, functionErrors: 0 });
    const texts = await textsIn(lake, container.span);
    expect(texts).toEqual(await textsIn(`${lake}-here`, here.span));
    expect(texts).toHaveLength(samples.length);
    expect(texts.join()).toContain(lookUpMark);
    expect(await ask(lake)).toBe(await ask(`${lake}-here`));
  });

  test('takes what the function puts again, from inside the container', async () => {
    // Prepare: all events end to end in one record, whose rows belong to many partitions.
    const joined = [Buffer.concat(samples)];

    // Act
    const container = await deliver(lambda.invoke, joined, lake);
    const here = await deliverHere(joined, `${lake}-here`);

    // Assess
    expect(container.puts).toBeGreaterThan(0);
    expect(container.puts).toBe(here.puts);
    expect(outcomesOf(container)).toEqual(outcomesOf(here));
    expect(container.counters).toMatchObject({ records: { dropped: 1, failed: 0 } });
    expect(await rowsIn(lake)).toHaveLength(samples.length);
    expect(await ask(lake)).toBe(await ask(`${lake}-here`));
  });

  test('answers what is no invocation by an error that says what one is', async () => {
    await expect(lambda.invoke('{"Records":[]}')).rejects.toMatchObject({
      name: 'FunctionError',
      payload: {
        errorType: 'InvocationError',
        errorMessage: expect.stringMatching(/^The event is not an invocation by Firehose: /),
      },
    });
  });

  test('has used one container for all of it', () => {
    expect(lambda.log().match(/SAM_CONTAINER_ID/g)).toHaveLength(1);
    expect(lambda.log().match(/"cold_start":true/g)).toHaveLength(1);
  });
});
