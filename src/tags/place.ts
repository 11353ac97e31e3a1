import type { Configuration } from '../config.ts';
import type { Home } from './home.ts';

/** Whom to ask: the EC2 API of a Region, for another account under a role of it. */
export interface Place {
  readonly region: string;
  readonly roleArn: string | undefined;
}

/** AWS partition (`aws`, `aws-cn`, …) and account of the stack. */
export interface Own {
  readonly partition: string;
  readonly account: string;
}

/** Other accounts that may be asked. An event may name any account, and a stranger may give a role any name. */
export interface Members {
  /** Name of the role to assume there. */
  readonly role: string;
  /** Undefined: all of an organization; IAM knows which accounts are in it. */
  readonly accounts: ReadonlySet<string> | undefined;
}

/** The accounts that may be asked; undefined where there are none. */
export function membersOf({
  memberRole: role,
  memberAccounts,
  organizationId,
}: Pick<Configuration, 'memberRole' | 'memberAccounts' | 'organizationId'>): Members | undefined {
  if (role === undefined) return undefined;
  return { role, accounts: organizationId === undefined ? memberAccounts : undefined };
}

/** Where the tags of a home are asked for; undefined where they may not be. */
export function placeOf(
  { account, region }: Home,
  own: Own | undefined,
  members: Members | undefined,
): Place | undefined {
  if (own === undefined) return undefined;
  if (account === own.account) return { region, roleArn: undefined };
  if (members === undefined || members.accounts?.has(account) === false) return undefined;
  return { region, roleArn: `arn:${own.partition}:iam::${account}:role/${members.role}` };
}
