import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '../../local/endpoints/api-error.ts';
import { serveLoopback } from '../../local/endpoints/http-server.ts';
import {
  accessKeyIn,
  element,
  escapeXml,
  parametersIn,
  queryAnswer,
  queryErrorAnswer,
  signedRegionIn,
  type XmlAnswer,
} from '../../local/endpoints/query-protocol.ts';

/** One request that reached the endpoint, as far as it could be understood. */
export interface StsCall {
  /** 1 for the first. */
  readonly number: number;
  readonly action: string;
  /** Who asks, and of which Region's endpoint; undefined where the request was not signed. */
  readonly accessKeyId: string | undefined;
  readonly region: string | undefined;
  readonly roleArn: string;
  readonly sessionName: string;
}

/** What goes wrong with a call. */
export type StsFault =
  /** `AccessDenied`: the role does not trust the caller, or there is no such role. */
  | { readonly kind: 'deny' }
  /** `Throttling`, which the SDK tries again. */
  | { readonly kind: 'throttle' }
  /** Status 200 and no XML. */
  | { readonly kind: 'garbage' }
  /** Status 200 and XML of somebody else, as a proxy may answer. */
  | { readonly kind: 'web-page' }
  /** The right answer, so much later. */
  | { readonly kind: 'delay'; readonly ms: number };

export interface StsEndpointOptions {
  /** Asked at each call; default nothing goes wrong. */
  readonly fault?: (call: StsCall) => StsFault | undefined | false;
  /** How long credentials are good; an hour, as STS does unless told. */
  readonly sessionMs?: number;
}

/** A role that was assumed, and under which name. */
export interface Session {
  readonly roleArn: string;
  readonly sessionName: string;
}

/** What shows that somebody works in a session. */
export interface SessionKey {
  readonly accessKeyId: string | undefined;
  readonly sessionToken: string | undefined;
}

/** An STS endpoint on this machine. */
export interface StsEndpoint {
  /** For `AWS_ENDPOINT_URL_STS`. */
  readonly url: string;
  /** Every call so far. */
  readonly calls: readonly StsCall[];
  /** Whose credentials these are; undefined of those that are not from here, or not whole. */
  sessionOf(key: SessionKey): Session | undefined;
  close(): Promise<void>;
}

const hourMs = 60 * 60 * 1000;

/**
 * Serves AssumeRole on 127.0.0.1 as STS does, in the Query protocol, so that the real client can call it.
 * Signatures are asked for but not checked.
 *
 * The order of checks: signature, action, Version, RoleArn, RoleSessionName.
 * AWS Security Token Service API Reference, AssumeRole.
 * @example const { url, sessionOf, close } = await createStsEndpoint();
 */
export async function createStsEndpoint(options: StsEndpointOptions = {}): Promise<StsEndpoint> {
  const { fault, sessionMs = hourMs } = options;
  const calls: StsCall[] = [];
  const sessions = new Map<string, Session>();

  const { url, close } = await serveLoopback(async ({ headers }, body, response) => {
    const parameters = parametersIn(body);
    const call: StsCall = {
      number: calls.length + 1,
      action: parameters.get('Action') ?? '',
      accessKeyId: accessKeyIn(headers.authorization),
      region: signedRegionIn(headers.authorization),
      roleArn: parameters.get('RoleArn') ?? '',
      sessionName: parameters.get('RoleSessionName') ?? '',
    };
    calls.push(call);
    const injected = fault?.(call) || undefined;
    if (injected?.kind === 'delay') await wait(injected.ms, undefined, { ref: false });
    const { status, xml } =
      (injected && faultAnswers[injected.kind]) ??
      answer(call, parameters.get('Version'), injected?.kind === 'deny');
    response.writeHead(status, { 'content-type': 'text/xml' });
    response.end(xml);
  });
  return { url, calls, sessionOf: (key) => sessions.get(nameOf(key)), close };

  function answer(call: StsCall, version: string | undefined, isDenied: boolean): XmlAnswer {
    const error = errorIn(call, version, isDenied);
    if (error) return queryErrorAnswer(namespace, error);
    const { roleArn, sessionName } = call;
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const sessionToken = randomBytes(60).toString('base64');
    sessions.set(nameOf({ accessKeyId, sessionToken }), { roleArn, sessionName });
    const expiration = new Date(Date.now() + sessionMs).toISOString();
    return queryAnswer(
      namespace,
      call.action,
      element('AssumedRoleUser', element('Arn', escapeXml(sessionArnOf(call)))) +
        element(
          'Credentials',
          element('AccessKeyId', accessKeyId) +
            element('SecretAccessKey', randomBytes(30).toString('base64')) +
            element('SessionToken', sessionToken) +
            element('Expiration', expiration),
        ),
    );
  }
}

const nameOf = ({ accessKeyId, sessionToken }: SessionKey) => `${accessKeyId} ${sessionToken}`;

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

const faultAnswers: Readonly<Partial<Record<StsFault['kind'], XmlAnswer>>> = {
  throttle: queryErrorAnswer(namespace, new ApiError('Throttling', 'Rate exceeded')),
  garbage: { status: 200, xml: 'This is no XML. <' },
  'web-page': { status: 200, xml: '<html><body>Please sign in.</body></html>' },
};

const roleArnForm = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const sessionNameForm = /^[\w+=,.@-]{2,64}$/;

function errorIn(
  { action, region, roleArn, sessionName }: StsCall,
  version: string | undefined,
  isDenied: boolean,
): ApiError | undefined {
  if (region === undefined) {
    return new ApiError('MissingAuthenticationToken', 'Request is missing a token', 403);
  }
  if (action !== 'AssumeRole' || version !== '2011-06-15') {
    const message = `Could not find operation ${action} for version ${version}`;
    return new ApiError('InvalidAction', message);
  }
  if (!roleArnForm.test(roleArn)) return new ApiError('ValidationError', `${roleArn} is invalid`);
  if (!sessionNameForm.test(sessionName)) {
    return new ApiError('ValidationError', `Invalid session name: ${sessionName}`);
  }
  if (!isDenied) return undefined;
  const message = `User is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
  return new ApiError('AccessDenied', message, 403);
}

/** `arn:aws:iam::ACCOUNT:role/ROLE` → `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, any path left out. */
function sessionArnOf({ roleArn, sessionName }: Session): string {
  const role = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const [head = ''] = roleArn.split(':role/');
  return `${head.replace(':iam:', ':sts:')}:assumed-role/${role}/${sessionName}`;
}
