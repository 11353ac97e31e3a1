import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { InstanceTags } from '../../../local/endpoints/ec2.ts';
import {
  createWorkerFunction,
  type WorkerFunction,
} from '../../../local/firehose/worker-function.ts';
import { bundleName, functionId, ownBuildOf, type Project, stackOf } from './project.ts';
import type { Services } from './services.ts';

/** The project that the setup of the run has made. */
export function preparedProject(): Project {
  const text = process.env.EVENTLAKE_TEST_SAM;
  if (!text) throw new Error('EVENTLAKE_TEST_SAM is not set: run this by npm run test:sam');
  return JSON.parse(text);
}

const events = fileURLToPath(new URL('../../../events/', import.meta.url));

/** The sample invocations: `sam local invoke --event events/…`. */
export const sampleInvocations = readdirSync(events).filter((name) => name.endsWith('.json'));

export const sampleFile = (name: string) => join(events, name);

/** An invocation as Firehose makes it. */
export interface Request {
  readonly records: readonly { readonly data: string }[];
}

export const sampleRequest = (name: string) =>
  JSON.parse(readFileSync(sampleFile(name), 'utf8')) as Request;

/** The tags of the instances in the samples. */
export const sampleTags = (): InstanceTags =>
  JSON.parse(readFileSync(join(events, 'readable/tags.json'), 'utf8'));

/** The bundle of `npm run build` in the local worker, its clock the machine's, as that of a container is. */
export function createWorker(project: Project, services: Services): WorkerFunction {
  const fn = stackOf(project).functions.find(({ logicalId }) => logicalId === functionId);
  if (!fn) throw new Error(`There is no ${functionId}.`);
  return createWorkerFunction({
    module: join(ownBuildOf(project), bundleName),
    export: 'handler',
    environment: { ...fn.environment, ...services.here },
    memoryMb: fn.memoryMb,
    timeoutMs: fn.timeoutSeconds * 1000,
    stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
  });
}

/** A stretch of real time, epoch ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Runs something, and tells when that was. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; span: Span }> {
  const fromMs = Date.now();
  const result = await work();
  return { result, span: { fromMs, toMs: Date.now() } };
}

/**
 * A row's text with a mark in place of each `tag_time` that lies in the span: the moment of a look-up is of
 * its invocation, and all that two runs of the same function differ in. Times that events tell stay.
 */
export const withoutLookUpTimes = (text: string, { fromMs, toMs }: Span): string =>
  text.replace(/"tag_time":"([^"]*)"/g, (whole, time: string) => {
    const ms = Date.parse(`${time.replace(' ', 'T')}Z`);
    return ms >= fromMs && ms <= toMs ? lookUpMark : whole;
  });

export const lookUpMark = '"tag_time":"when it was looked up"';
