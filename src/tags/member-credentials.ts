import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { memberSessionName } from './member-session.ts';

/** Credentials of the SDK, which it asks for again when they are about to expire. */
export type CredentialsProvider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;

let client: STSClient | undefined;

/**
 * The credentials of a role in another account, an hour at a time; the SDK keeps them until then.
 * "AssumeRole" (AWS Security Token Service API Reference).
 */
export function memberCredentials(roleArn: string): CredentialsProvider {
  return async () => {
    client ??= new STSClient({ maxAttempts: 2 });
    const { Credentials } = await client.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: memberSessionName }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (AccessKeyId === undefined || SecretAccessKey === undefined) {
      throw new Error(`AssumeRole of ${roleArn} gave no credentials`);
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    };
  };
}
