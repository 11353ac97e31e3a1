import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultAccount, defaultRegion } from '../../../local/template/load-stack.ts';
import type { ApiRequest } from './requests.ts';

const script = fileURLToPath(new URL('second_opinion.py', import.meta.url));
const python = join(dirname(String(process.env.EVENTLAKE_TEST_MOTO)), 'python');

function ask<T>(input: object): T {
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

export interface Complaint {
  readonly of: string;
  readonly operation: string;
  readonly path: string;
  readonly problem: string;
}
/** What the models of the services refuse. */
export const validate = (requests: readonly ApiRequest[]) =>
  ask<Complaint[]>({ validate: requests });

export interface Creation {
  readonly created: number;
  readonly complaints: readonly Complaint[];
  readonly there: {
    readonly prefixes: readonly string[];
    readonly tables: readonly string[];
    readonly alarms: readonly string[];
    readonly targets: readonly string[];
  };
}
/** Makes the calls, in their order, in a moto that knows nothing yet. */
export const create = (requests: readonly ApiRequest[]) =>
  ask<Creation>({ create: requests, region: defaultRegion, account: defaultAccount });

/** Actions of a policy that no service has. */
export const unknownActions = (actions: readonly string[]) => ask<string[]>({ actions });
