import { checkStream } from '../firehose/check-stream.ts';
import { configurationOf } from '../firehose/configuration.ts';
import { ConfigurationError } from '../firehose/errors.ts';
import type { Stack, StackStream } from './load-stack.ts';
import type { Template } from './read-template.ts';
import type { BundleExports } from './stack-rules.ts';
import { circleRule, circlesIn, stackRules } from './stack-rules.ts';

/** Something that is wrong in the templates. */
export interface Finding {
  /** Where, such as `Resources.Stream.Properties.ExtendedS3DestinationConfiguration.Prefix`. */
  readonly path: string;
  /** What: of a rule of the service, the words that it would refuse it with. */
  readonly message: string;
  readonly cure: string;
}

/** What the service would refuse of a stream; of one that it takes, what this machine could not run. */
export function validateStream({ logicalId, name, arn, properties }: StackStream): Finding[] {
  const at = (path: string) => `Resources.${logicalId}.Properties.${path}`;
  const [, , , region = '', account = ''] = arn.split(':');
  try {
    const refusals = checkStream(properties);
    if (refusals.length === 0) configurationOf(properties, { region, account, name });
    return refusals.map((refusal) => ({ ...refusal, path: at(refusal.path) }));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [, path = '', message = ''] = /^([\w.]+):? (.*)$/s.exec(error.message) ?? [];
    return [{ path: at(path), message, cure: 'Change it, or `put` and `demo` cannot run it.' }];
  }
}

/** Checks what any template may have wrong: circles. @throws TemplateError for what SAM's part is not known of */
export function validateTemplate(template: Template): Finding[] {
  return findings(circleRule, circlesIn(template));
}

/**
 * Checks the whole application: the service's rules of its stream, then our own contracts between
 * the templates, the list of sources and the function.
 * @param bundles what the build made; without it nothing is said about the handler's export
 * @returns what is wrong, in the order of the rules; nothing where all is well
 */
export function validateStack(stack: Stack, bundles?: readonly BundleExports[]): Finding[] {
  return [
    ...validateStream(stack.stream),
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
