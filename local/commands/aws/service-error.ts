import { EnvironmentError, serviceReasonOf } from '../../errors.ts';

/** What a service or its client refuses, as a sentence for people; a bug of ours is given back as it is. */
export function serviceErrorOf(thrown: unknown, service: string): unknown {
  const reason = serviceReasonOf(thrown);
  if (reason === undefined) return thrown;
  const error = new EnvironmentError(`The request to ${service} failed: ${reason}`);
  error.cause = thrown;
  return error;
}
