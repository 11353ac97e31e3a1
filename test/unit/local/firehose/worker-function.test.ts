import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { createStream } from '../../../../local/firehose/stream.ts';
import {
  createWorkerFunction,
  type WorkerFunction,
  type WorkerFunctionOptions,
} from '../../../../local/firehose/worker-function.ts';
import {
  createClock,
  createMemoryStore,
  smallConfiguration,
} from '../../../support/firehose-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'worker-function-'));
const opened: WorkerFunction[] = [];
let modules = 0;

afterEach(async () => {
  for (const opening of opened.splice(0)) await opening.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A function whose handler has this body, with `event`, `context` and, kept between invocations, `count`. */
function prepare(body: string, options: Partial<WorkerFunctionOptions> = {}) {
  const module = join(folder, `handler-${++modules}.mjs`);
  writeFileSync(
    module,
    `let count = 0;
     const loadedMs = Date.now();
     export const handler = async (event, context) => { count++; ${body} };`,
  );
  const written: string[] = [];
  const stdout = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk));
      done();
    },
  });
  const fn = createWorkerFunction({
    module,
    export: 'handler',
    memoryMb: 64,
    timeoutMs: 5000,
    stdout,
    ...options,
  });
  opened.push(fn);
  const invoke = async (event: unknown, nowMs?: number) =>
    JSON.parse(await fn.invoke(JSON.stringify(event), nowMs === undefined ? {} : { nowMs }));
  return { fn, invoke, written };
}

describe('A handler in a worker', () => {
  test('gets the event and gives its answer as JSON text', async () => {
    const { fn } = prepare('return { twice: event.n * 2, lost: undefined };');

    expect(await fn.invoke('{"n":21}')).toBe('{"twice":42}');
  });

  test('that returns nothing answers null', async () => {
    const { fn } = prepare('');

    expect(await fn.invoke('{}')).toBe('null');
  });

  test('keeps its state from one invocation to the next', async () => {
    const { invoke } = prepare('return count;');

    expect([await invoke({}), await invoke({})]).toEqual([1, 2]);
  });

  test("has the context that Lambda's has", async () => {
    const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:transform';
    const { invoke } = prepare(
      'return { ...context, remainingMs: context.getRemainingTimeInMillis() };',
      { functionArn },
    );

    const { remainingMs, awsRequestId, ...context } = await invoke({});

    expect(context).toEqual({
      functionName: 'transform',
      functionVersion: '$LATEST',
      invokedFunctionArn: functionArn,
      memoryLimitInMB: '64',
      logGroupName: '/aws/lambda/transform',
      logStreamName: 'local',
      callbackWaitsForEmptyEventLoop: true,
    });
    expect(awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(remainingMs).toBeGreaterThan(4000);
    expect(remainingMs).toBeLessThanOrEqual(5000);
  });

  test('has its own environment and nothing of ours', async () => {
    const { invoke } = prepare('return process.env;', { environment: { TABLE: 'events' } });

    const environment = await invoke({});

    expect(environment).toMatchObject({ TABLE: 'events', AWS_LAMBDA_FUNCTION_NAME: 'local' });
    expect(environment).not.toHaveProperty('PATH');
  });

  test("reads the stream's time from every form of Date, from its loading on", async () => {
    const { invoke } = prepare(`
      const fresh = new Date();
      return [loadedMs, Date.now(), fresh.getTime(), new Date(Date()).getTime(), new Date(7).getTime(),
        fresh instanceof Date, fresh.constructor === Date];`);

    expect(await invoke({}, 5000)).toEqual([5000, 5000, 5000, 5000, 7, true, true]);
    expect(await invoke({}, 3000)).toEqual([5000, 3000, 3000, 3000, 7, true, true]);
  });

  test('has real timers and real remaining time all the same', async () => {
    const { invoke } = prepare(`
      const before = context.getRemainingTimeInMillis();
      await new Promise((done) => setTimeout(done, 20));
      return before - context.getRemainingTimeInMillis();`);

    expect(await invoke({}, 0)).toBeGreaterThanOrEqual(18);
  });

  test("has the machine's time when no other is given", async () => {
    const { invoke } = prepare('return Date.now();');
    const beforeMs = Date.now();

    expect(await invoke({})).toBeGreaterThanOrEqual(beforeMs);
  });

  test('writes to the stream that is given', async () => {
    const { fn, invoke, written } = prepare(
      "console.log('out', count); console.error('err', count);",
    );

    await invoke({});
    await fn.close();

    expect(written.join('').split('\n').sort()).toEqual(['', 'err 1', 'out 1']);
  });
});

describe('A function error', () => {
  const errorOf = (invocation: Promise<unknown>) =>
    invocation.then(
      () => undefined,
      (error) => error.payload,
    );

  test('is what the handler throws, in the form of Lambda', async () => {
    const { invoke } = prepare("throw new TypeError('boom ' + count);");

    const first = await errorOf(invoke({}));
    const second = await errorOf(invoke({}));

    expect(first).toEqual({
      errorType: 'TypeError',
      errorMessage: 'boom 1',
      trace: expect.arrayContaining(['TypeError: boom 1']),
    });
    expect(second).toMatchObject({ errorMessage: 'boom 2' });
  });

  test('is also what is thrown without being an error', async () => {
    const { invoke } = prepare("throw 'boom';");

    expect(await errorOf(invoke({}))).toEqual({
      errorType: 'string',
      errorMessage: 'boom',
      trace: [],
    });
  });

  test('is an answer that has no JSON', async () => {
    const { invoke } = prepare('return 1n;');

    expect(await errorOf(invoke({}))).toMatchObject({ errorType: 'TypeError' });
  });

  test('is a rejection that nobody handles, and ends the environment', async () => {
    const { invoke } = prepare(`
      if (!event.reject) return count;
      Promise.reject(new Error('late'));
      await new Promise(() => {});`);

    const error = await errorOf(invoke({ reject: true }));

    expect(error).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: late',
    });
    expect(await invoke({})).toBe(1);
  });

  test('is an exception that nobody catches, and ends the environment', async () => {
    const { invoke } = prepare(`
      if (!event.throw) return count;
      setImmediate(() => { throw new RangeError('far off'); });
      await new Promise(() => {});`);

    const error = await errorOf(invoke({ throw: true }));

    expect(error).toMatchObject({ errorType: 'RangeError', errorMessage: 'far off' });
    expect(await invoke({})).toBe(1);
  });

  test('is the end of its time, even in an endless loop, and ends the environment', async () => {
    const { invoke } = prepare('if (event.spin) for (;;); return count;', { timeoutMs: 250 });

    const error = await errorOf(invoke({ spin: true }));

    expect(error).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        /^RequestId: \S+ Error: Task timed out after 0.25 seconds$/,
      ),
    });
    expect(await invoke({})).toBe(1);
  });

  test('is an exit, and ends the environment', async () => {
    const { invoke } = prepare('if (event.exit) process.exit(3); return count;');

    const error = await errorOf(invoke({ exit: true }));

    expect(error).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('Runtime exited with error: exit status 3'),
    });
    expect(await invoke({})).toBe(1);
  });

  test('is a heap that is full', async () => {
    const { invoke } = prepare(
      'if (event.fill) for (const all = []; ; ) all.push(new Array(1000).fill({})); return count;',
      { memoryMb: 16 },
    );

    const error = await errorOf(invoke({ fill: true }));

    expect(error).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('memory'),
    });
    expect(await invoke({})).toBe(1);
  });

  test('is a handler that the module does not export', async () => {
    const { invoke } = prepare('', { export: 'other' });

    expect(await errorOf(invoke({}))).toMatchObject({
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'other is undefined or not exported',
    });
  });

  test('is a module that cannot be loaded', async () => {
    const { invoke } = prepare('', { module: join(folder, 'absent.mjs') });

    expect(await errorOf(invoke({}))).toMatchObject({
      errorType: 'Error',
      errorMessage: expect.stringContaining('Cannot find module'),
    });
  });
});

describe('Workers', () => {
  test('run one invocation each at a time', async () => {
    const { invoke } = prepare('await new Promise(setImmediate); return count--;');

    expect(await Promise.all([invoke({}), invoke({}), invoke({})])).toEqual([1, 1, 1]);
  });

  test('are as many as asked for, and the idle one is taken', async () => {
    const { invoke } = prepare('return count;', { concurrency: 2 });

    const atOnce = await Promise.all([invoke({}), invoke({})]);
    const third = await invoke({});

    expect(atOnce).toEqual([1, 1]);
    expect(third).toBe(2);
  });

  test('are not started again once closed', async () => {
    const { fn } = prepare('return count;');

    await fn.close();

    await expect(fn.invoke('{}')).rejects.toThrow('The function is closed');
  });
});

describe('A stream with a handler in a worker', () => {
  test('brings records through it to objects, in the time of the records', async () => {
    const { fn } = prepare(`
      const records = event.records.map(({ recordId, data }) => {
        const text = Buffer.from(data, 'base64').toString() + ' ' + new Date().toISOString();
        const metadata = { partitionKeys: { k: 'a' } };
        return { recordId, result: 'Ok', data: Buffer.from(text).toString('base64'), metadata };
      });
      return { records };`);
    const { store, textsUnder } = createMemoryStore();
    const stream = createStream(smallConfiguration, {
      invoke: fn.invoke,
      store,
      now: createClock().now,
    });

    await stream.putRecord(Buffer.from('hello'), { arrivalMs: Date.UTC(2017, 5, 26) });
    await stream.drain();

    expect(textsUnder('data/')).toEqual(['hello 2017-06-26T00:00:00.000Z']);
  });

  test('tells why the function fails', async () => {
    const errors: unknown[] = [];
    const { fn } = prepare("throw new Error('boom');");
    const { store, failures } = createMemoryStore();
    const stream = createStream(smallConfiguration, {
      invoke: fn.invoke,
      store,
      now: createClock().now,
      onFunctionError: (error) => errors.push(error),
    });

    await stream.putRecord(Buffer.from('hello'));
    await stream.drain();

    expect(errors).toHaveLength(4);
    expect(errors[0]).toMatchObject({ message: 'Error: boom' });
    expect(failures()).toMatchObject([{ errorCode: 'Lambda.FunctionError', attemptsMade: 4 }]);
  });
});
