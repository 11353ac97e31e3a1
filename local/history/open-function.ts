import { availableParallelism } from 'node:os';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { buildIfNeeded } from '../build.ts';
import { EnvironmentError } from '../errors.ts';
import { FunctionError } from '../firehose/errors.ts';
import { createWorkerFunction } from '../firehose/worker-function.ts';
import type { Stack } from '../template/load-stack.ts';
import { readTemplate } from '../template/read-template.ts';

export interface HistoryFunctionOptions {
  readonly stack: Stack;
  /** Folders, or `s3://BUCKET/PREFIX`. */
  readonly trail: string;
  readonly lake: string;
  /** Default: as many as there are processors. */
  readonly workers?: number | undefined;
  /** What AWS clients go by. The function is given no other variables of this process. */
  readonly awsEnvironment?: Readonly<Record<string, string>>;
  readonly onBuild?: () => void;
  /** Told what the function logs. */
  readonly onLog?: (text: string) => void;
}

/** The built function of history.yaml, in workers of this process. */
export interface HistoryFunction {
  readonly workers: number;
  /** Has it take a step. @throws EnvironmentError with what the function says */
  take<T>(step: object): Promise<T>;
  close(): Promise<void>;
}

const logicalId = 'HistoryFunction';
const root = new URL('../../', import.meta.url);

/** A part on a slow machine may take longer than Lambda would give it: here nothing is paid for it. */
const timeoutMs = 24 * 60 * 60 * 1000;

/** Starts the function as it is deployed: the built bundle, with the sources and tags of the stack. */
export async function openHistoryFunction(
  options: HistoryFunctionOptions,
): Promise<HistoryFunction> {
  const { stack, trail, lake, workers = availableParallelism(), onBuild, onLog } = options;
  const bundles = await buildIfNeeded(onBuild && { onBuild });
  const bundle = bundles.find((one) => one.logicalId === logicalId);
  const properties = readTemplate(new URL('history.yaml', root)).Resources[logicalId]?.Properties;
  if (!bundle || !properties) throw new Error(`${logicalId} is not in history.yaml.`);
  const stdout = new PassThrough();
  stdout.on('data', (chunk: Buffer) => onLog?.(chunk.toString()));
  const fn = createWorkerFunction({
    module: bundle.file,
    export: bundle.handler,
    environment: {
      ...options.awsEnvironment,
      ...stackVariablesOf(stack),
      TRAIL_LOCATION: locationOf(trail),
      LAKE_LOCATION: locationOf(lake),
      // On one machine the plan is shown before it is run.
      MAX_FILES: '999999999999',
      MAX_GIGABYTES: '999999999999',
    },
    memoryMb: Number(properties.MemorySize),
    timeoutMs,
    concurrency: workers,
    stdout,
  });
  return {
    workers,
    async take<T>(step: object) {
      try {
        return JSON.parse(await fn.invoke(JSON.stringify(step))) as T;
      } catch (error) {
        throw toldError(error);
      }
    },
    close: fn.close,
  };
}

/** What rows depend on is as in the stack that the lake is of. */
function stackVariablesOf({ functions }: Stack): Record<string, string> {
  const [transform] = functions;
  const { PARTITION_SOURCES = '', TAG_KEYS = '' } = transform?.environment ?? {};
  return { PARTITION_SOURCES, TAG_KEYS };
}

function locationOf(place: string): string {
  return place.startsWith('s3://') ? place : pathToFileURL(place).href;
}

/** What the function, or a client in it, says of the world around it; the rest is a bug. */
function toldError(error: unknown): unknown {
  if (!(error instanceof FunctionError)) return error;
  const { errorType, errorMessage } = error.payload;
  const isBug = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(errorType);
  if (isBug) return error;
  return new EnvironmentError(
    errorType === 'RefusedError' ? errorMessage : `${errorType}: ${errorMessage}`,
  );
}
