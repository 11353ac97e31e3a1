import { UsageError } from '../errors.ts';
import { defaultAccount, defaultRegion, type StackOptions } from '../template/load-stack.ts';
import type { Option } from '../terminal/command.ts';

/** Options that describe the stack. */
export const stackOptions = {
  parameter: {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    help: 'a parameter of template.yaml, as `sam deploy` takes it; may be given again',
  },
  account: {
    type: 'string',
    value: 'ID',
    help: `the account of the stack: only its own instances are looked up (default ${defaultAccount})`,
  },
  region: {
    type: 'string',
    value: 'NAME',
    help: `the Region of the stack (default ${defaultRegion})`,
  },
} as const satisfies Record<string, Option>;

/** @throws UsageError for a value that does not look like a parameter, an account or a Region */
export function stackOptionsIn(values: {
  readonly parameter?: readonly string[];
  readonly account?: string;
  readonly region?: string;
}): StackOptions {
  const { parameter = [], account, region } = values;
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new UsageError(`--account is ${account}, but has to be twelve digits.`);
  }
  if (region !== undefined && !/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
    throw new UsageError(`--region is ${region}, but has to be a name like eu-west-1.`);
  }
  const parameters = parameter.map((text) => {
    const equals = text.indexOf('=');
    if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)] as const;
    throw new UsageError(`--parameter is ${text}, but has to be of the form Name=Value.`);
  });
  return {
    parameters: Object.fromEntries(parameters),
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
  };
}
