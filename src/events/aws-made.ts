import type { Json } from '../json.ts';

/**
 * Whether AWS made an envelope, which its source tells: EventBridge refuses a source that begins with `aws.`
 * from anybody else, and puts partners below `aws.partner/` ("PutEvents", Amazon EventBridge API Reference;
 * "Receiving events from a SaaS partner", Amazon EventBridge User Guide). Forwarding keeps the source.
 */
const awsSource = /^aws\.[^./]+$/;

/** Nobody but AWS. */
const nobody: ReadonlySet<string> = new Set();

/**
 * @param trusted further sources whose word is taken as AWS's: exact names, of parameter `TrustedSources`
 */
export function isAwsMade(
  source: Json | undefined,
  trusted: ReadonlySet<string> = nobody,
): boolean {
  return typeof source === 'string' && (awsSource.test(source) || trusted.has(source));
}
