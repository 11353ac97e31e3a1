import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { memberSessionName } from './member-session.ts';

/** Credentials as the clients of the SDK ask for them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Asked before every request: the SDK keeps what it gets until shortly before it expires. */
export type CredentialsProvider = () => Promise<Credentials>;

/**
 * The SDK makes everybody who needs the credentials wait for the one call that is under way: without
 * an end of its own, a call that hangs would be waited for as long as the container lives.
 */
const defaultMaxWaitMs = 8_000;

/** Makes what assumes a role in another account, for an hour at a time. */
export function createMemberCredentials({
  maxWaitMs = defaultMaxWaitMs,
} = {}): (roleArn: string) => CredentialsProvider {
  let client: STSClient | undefined;

  /** "AssumeRole" (AWS Security Token Service API Reference). */
  async function assume(roleArn: string): Promise<Credentials> {
    client ??= new STSClient({ maxAttempts: 2 });
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: memberSessionName }),
      { abortSignal: AbortSignal.timeout(maxWaitMs) },
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
    if (AccessKeyId === undefined || SecretAccessKey === undefined) {
      throw new Error(`AssumeRole of ${roleArn} gave no credentials`);
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    };
  }
  return (roleArn) => () => assume(roleArn);
}
