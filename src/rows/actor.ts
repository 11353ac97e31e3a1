import { instanceIdIn } from '../events/instance-id.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { booleanOf, textOf } from './forms.ts';

/** Who made a call, flat. Source: "CloudTrail userIdentity element" (AWS CloudTrail User Guide). */
export interface Actor {
  readonly type?: string | undefined;
  readonly arn?: string | undefined;
  readonly principalId?: string | undefined;
  readonly account?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly invokedBy?: string | undefined;
  readonly name?: string | undefined;
  readonly sessionName?: string | undefined;
  readonly mfa?: boolean | undefined;
  readonly instanceId?: string | undefined;
}

/** What services call the name of a user in `additionalEventData`: IAM Identity Center knows none elsewhere. */
export const userNameKeys = ['UserName', 'userName'] as const;

/** The actor of a record, by its `userIdentity`; empty members are as good as absent. */
export function actorIn({ userIdentity, additionalEventData }: JsonObject): Actor {
  const identity = isObject(userIdentity) ? userIdentity : {};
  const session = memberOf(identity, 'sessionContext');
  const type = wordOf(identity.type);
  const arn = wordOf(identity.arn);
  const principalId = wordOf(identity.principalId);
  const account = wordOf(identity.accountId);
  const invokedBy = wordOf(identity.invokedBy);
  const { role, sessionName = sessionNameOf(identity, principalId) } = assumedRoleIn(arn);
  return {
    type,
    arn,
    principalId,
    account,
    accessKeyId: wordOf(identity.accessKeyId),
    invokedBy,
    // In this order, which docs/rows.md has, too.
    name:
      wordOf(identity.userName) ??
      userNameIn(additionalEventData) ??
      wordOf(memberOf(session, 'sessionIssuer').userName) ??
      role ??
      (type === 'Root' ? 'root' : undefined) ??
      invokedBy ??
      account,
    sessionName,
    mfa: booleanOf(memberOf(session, 'attributes').mfaAuthenticated),
    // With an instance profile the session is named for the instance.
    instanceId: sessionName === undefined ? undefined : instanceIdIn(sessionName),
  };
}

function userNameIn(additionalEventData: Json | undefined): string | undefined {
  if (!isObject(additionalEventData)) return undefined;
  for (const key of userNameKeys) {
    const name = wordOf(additionalEventData[key]);
    if (name !== undefined) return name;
  }
  return undefined;
}

const assumedRoleArn = /^arn:[^:]*:sts::[^:]*:assumed-role\/(?:.*\/)?([^/]+)\/([^/]+)$/;

/** The names of role and session in the ARN of an assumed role. */
function assumedRoleIn(arn = ''): { readonly role?: string; readonly sessionName?: string } {
  const [, role, sessionName] = assumedRoleArn.exec(arn) ?? [];
  return role !== undefined && sessionName !== undefined ? { role, sessionName } : {};
}

/** An assumed role without ARN still has `AROA…:session` as its principal. */
function sessionNameOf(userIdentity: JsonObject, principalId?: string): string | undefined {
  if (userIdentity.type !== 'AssumedRole' || principalId === undefined) return undefined;
  const at = principalId.indexOf(':');
  return at === -1 ? undefined : principalId.slice(at + 1);
}

function memberOf(object: JsonObject, key: string): JsonObject {
  const member = object[key];
  return isObject(member) ? member : {};
}

function wordOf(value: Json | undefined): string | undefined {
  return textOf(value) || undefined;
}
