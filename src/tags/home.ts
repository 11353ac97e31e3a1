/** An account's Region: where instances live, and where their tags are asked for. */
export interface Home {
  readonly account: string;
  readonly region: string;
}

/**
 * What a Region is called becomes part of a host name, and events are anybody's: so only what looks
 * like one counts. `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`; no Availability Zone.
 */
const regionName = /^[a-z]{2,5}(?:-[a-z]{1,12}){1,3}-\d{1,2}$/;

const accountId = /^\d{12}$/;

/** The home that an account and a Region make; undefined where they do not look like that. */
export function homeOf(account: unknown, region: unknown): Home | undefined {
  if (account === last?.account && region === last?.region) return last;
  if (typeof account !== 'string' || !accountId.test(account)) return undefined;
  if (typeof region !== 'string' || !regionName.test(region)) return undefined;
  last = { account, region };
  return last;
}

/** Most events of a stream are from one home. */
let last: Home | undefined;

const instanceArn = /^arn:[a-z-]+:[a-z0-9]+:([a-z0-9-]+):(\d{12}):(?:managed-)?instance\//;

/** Where an instance lives, by its ARN; some have no account, or a zone in the place of the Region. */
export function homeInArn(arn: string): Home | undefined {
  const [, region, account] = instanceArn.exec(arn.trim()) ?? [];
  return homeOf(account, region);
}

/** The name of a home, or of an instance there; instances of one id may live in several homes. */
export function keyOf({ account, region }: Home, id = ''): string {
  return `${account}/${region}/${id}`;
}
