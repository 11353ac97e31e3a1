import type { Stack } from './load-stack.ts';
import type { Properties } from './read-template.ts';
import type { BundleExports } from './stack-rules.ts';
import { stackRules } from './stack-rules.ts';
import { streamRules, viewStream } from './stream-rules.ts';

/** Something that is wrong in the templates. */
export interface Finding {
  /** Where, such as `Resources.Stream.Properties.ExtendedS3DestinationConfiguration.Prefix`. */
  readonly path: string;
  /** What: of a rule of the service, the words that it would refuse it with. */
  readonly message: string;
  readonly cure: string;
}

/**
 * Checks a stream's resolved properties as the service would.
 * @param logicalId of the stream, for the paths of the findings
 */
export function validateStream(properties: Properties, logicalId: string): Finding[] {
  const view = viewStream(properties);
  return streamRules.flatMap((rule) =>
    findings(
      { ...rule, path: `Resources.${logicalId}.Properties.${rule.path}` },
      rule.broken(view),
    ),
  );
}

/**
 * Checks the whole application: the service's rules of its stream, then our own contracts between
 * the templates, the list of sources and the function.
 * @param bundles what the build made; without it nothing is said about the handler's export
 * @returns what is wrong, in the order of the rules; nothing where all is well
 */
export function validateStack(stack: Stack, bundles?: readonly BundleExports[]): Finding[] {
  return [
    ...validateStream(stack.stream.properties, stack.stream.logicalId),
    ...stackRules.flatMap((rule) => findings(rule, rule.broken(stack, bundles))),
  ];
}

function findings(
  { path, message, cure }: Finding,
  broken: boolean | readonly string[],
): Finding[] {
  if (typeof broken === 'boolean') return broken ? [{ path, message, cure }] : [];
  return broken.map((by) => ({ path, message: message.replace('%s', () => by), cure }));
}
