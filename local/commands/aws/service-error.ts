import { EnvironmentError } from '../../errors.ts';

/** What a service or its client refuses, as a sentence for people; a bug of ours is given back as it is. */
export function serviceErrorOf(thrown: unknown, service: string): unknown {
  if (!Error.isError(thrown) || thrown instanceof EnvironmentError) return thrown;
  const { name, message } = thrown;
  const isOurs = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(name);
  if (isOurs) return thrown;
  const error = new EnvironmentError(`The request to ${service} failed: ${name}: ${message}`);
  error.cause = thrown;
  return error;
}
