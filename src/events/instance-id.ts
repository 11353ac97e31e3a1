/** What every id begins with, and how long ids are: what does not end in such a text has none. */
export const idShape = { prefix: 'i-', lengths: [10, 19] } as const;

/** EC2 instance ids have 8 hexadecimal digits, since 2016 17. Managed nodes (`mi-…`) are none. */
const instanceId = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/**
 * An instance's ARN, also with odd Regions and without account, as Spot, SSM and Elastic Disaster
 * Recovery events have it.
 */
const instanceArn = /^\S*:(?:managed-|recovery-)?instance\/(i-[0-9a-f]+)$/;

/**
 * The instance that a text is the id or the ARN of, or undefined: never an id inside other text. Before
 * it blanks alone may stand.
 */
export function instanceIdIn(text: string): string | undefined {
  const trimmed = text.trimEnd().replace(/^ +/, '');
  const id = instanceArn.exec(trimmed)?.[1] ?? trimmed;
  return instanceId.test(id) ? id : undefined;
}

/** Not what other services make of an instance, such as `managed-instance/i-…`: that has tags of its own. */
const ec2Arn = /^ *arn:[a-z-]+:ec2:[^:]*:[^:]*:instance\//;

/** The instance that a text is EC2's own ARN of, or undefined. */
export function instanceIdInEc2Arn(text: string): string | undefined {
  return ec2Arn.test(text) ? instanceIdIn(text) : undefined;
}
