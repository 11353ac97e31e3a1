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

const nobody: Actor = {};

/** The actor in a `userIdentity`; empty members are as good as absent. */
export function actorIn(userIdentity: Json | undefined): Actor {
  if (!isObject(userIdentity)) return nobody;
  const session = memberOf(userIdentity, 'sessionContext');
  const arn = wordOf(userIdentity.arn);
  const principalId = wordOf(userIdentity.principalId);
  const invokedBy = wordOf(userIdentity.invokedBy);
  const sessionName = sessionNameIn(arn) ?? sessionNameOf(userIdentity, principalId);
  return {
    type: wordOf(userIdentity.type),
    arn,
    principalId,
    account: wordOf(userIdentity.accountId),
    accessKeyId: wordOf(userIdentity.accessKeyId),
    invokedBy,
    name:
      wordOf(userIdentity.userName) ??
      wordOf(memberOf(session, 'sessionIssuer').userName) ??
      invokedBy,
    sessionName,
    mfa: booleanOf(memberOf(session, 'attributes').mfaAuthenticated),
    // With an instance profile the session is named for the instance.
    instanceId: sessionName === undefined ? undefined : instanceIdIn(sessionName),
  };
}

const assumedRoleArn = /^arn:[^:]*:sts::[^:]*:assumed-role\/.+\/([^/]+)$/;

function sessionNameIn(arn: string | undefined): string | undefined {
  return arn === undefined ? undefined : assumedRoleArn.exec(arn)?.[1];
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
