import type { Configuration } from '../config.ts';
import type { Home } from './home.ts';

/** What an EC2 client needs to know: its Region, and the role under which it asks in another account. */
export interface ClientConfig {
  readonly region: string;
  readonly roleArn: string | undefined;
}

/** AWS partition (`aws`, `aws-cn`, …) and account of the stack. */
export interface OwnAccount {
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

/** The client for the tags of a home; undefined where they may not be asked for. */
export function clientConfigOf(
  { account, region }: Home,
  own: OwnAccount | undefined,
  members: Members | undefined,
): ClientConfig | undefined {
  if (own === undefined) return undefined;
  if (account === own.account) return { region, roleArn: undefined };
  if (members === undefined || members.accounts?.has(account) === false) return undefined;
  return { region, roleArn: `arn:${own.partition}:iam::${account}:role/${members.role}` };
}
