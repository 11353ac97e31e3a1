import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from './api-error.ts';
import { serveLoopback } from './http-server.ts';
import {
  accessKeyIn,
  ec2Answer,
  ec2ErrorAnswer,
  element,
  escapeXml,
  filtersIn,
  markOf,
  parametersIn,
  type QueryFilter,
  signedRegionIn,
  type XmlAnswer,
} from './query-protocol.ts';

/** Tags of instances: instance id → key → value. An instance without tags need not be there. */
export type InstanceTags = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Who asks, and of which Region; undefined where the request was not signed. */
export interface Ec2Caller {
  readonly accessKeyId: string | undefined;
  /** Which credentials of a role have. */
  readonly sessionToken: string | undefined;
  readonly region: string | undefined;
}

/** One request that reached the endpoint, as far as it could be understood. */
export interface Ec2Call extends Ec2Caller {
  /** 1 for the first. */
  readonly number: number;
  readonly action: string;
  readonly filters: readonly QueryFilter[];
  /** Which page of how many it asks for, from 1; 1 of 1 where it asks for none. */
  readonly page: number;
  readonly pages: number;
}

/** What goes wrong with a call. */
export type Ec2Fault =
  /** `RequestLimitExceeded`, which the SDK tries again. */
  | { readonly kind: 'throttle' }
  /** `UnauthorizedOperation` */
  | { readonly kind: 'deny' }
  /** `InternalError`: say so after half of the pages by `(call) => call.page > call.pages / 2 && …` */
  | { readonly kind: 'internal-error' }
  /** The right answer, so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Status 200 and no XML. */
  | { readonly kind: 'garbage' }
  /** Status 200 and XML of somebody else, as a proxy may answer. */
  | { readonly kind: 'web-page' }
  /** The connection ends in the middle of the answer. */
  | { readonly kind: 'cut' };

export interface Ec2EndpointOptions {
  /** What there is; a function, where that depends on who asks, where, and when. */
  readonly tags: InstanceTags | ((caller: Ec2Caller) => InstanceTags);
  /** Asked at each call; default nothing goes wrong. */
  readonly fault?: (call: Ec2Call) => Ec2Fault | undefined | false;
}

/** An EC2 endpoint on this machine. */
export interface Ec2Endpoint {
  /** For `AWS_ENDPOINT_URL_EC2`. */
  readonly url: string;
  /** Every call so far. */
  readonly calls: readonly Ec2Call[];
  /** Those of them whose caller was gone before it was answered. */
  readonly abandoned: readonly Ec2Call[];
  close(): Promise<void>;
}

/**
 * Serves DescribeTags on 127.0.0.1 as EC2 does, in the EC2 Query protocol, so that the real client can call
 * it. Signatures are asked for but not checked.
 *
 * The order of checks: signature, action, Version, filters, MaxResults, NextToken.
 * Amazon EC2 API Reference, DescribeTags, and Query requests for Amazon EC2.
 * @example const { url, calls, close } = await createEc2Endpoint({ tags: { 'i-0a1b2c3d4e5f60718': { team: 'web' } } });
 */
export async function createEc2Endpoint({ tags, fault }: Ec2EndpointOptions): Promise<Ec2Endpoint> {
  const calls: Ec2Call[] = [];
  const abandoned: Ec2Call[] = [];
  const tagsFor = typeof tags === 'function' ? tags : () => tags;

  const { url, close } = await serveLoopback(async ({ headers }, body, response) => {
    const parameters = parametersIn(body);
    const region = signedRegionIn(headers.authorization);
    const caller = {
      accessKeyId: accessKeyIn(headers.authorization),
      sessionToken: headers['x-amz-security-token']?.toString(),
      region,
    };
    const answered = answer(parameters, region, entriesOf(tagsFor(caller)));
    const call: Ec2Call = {
      number: calls.length + 1,
      action: parameters.get('Action') ?? '',
      ...caller,
      filters: filtersIn(parameters),
      page: answered.page,
      pages: answered.pages,
    };
    calls.push(call);
    response.once('close', () => {
      if (!response.headersSent) abandoned.push(call);
    });
    const injected = fault?.(call) || undefined;
    if (injected?.kind === 'delay') await wait(injected.ms, undefined, { ref: false });
    const { status, xml } = (injected && faultAnswers[injected.kind]) ?? answered;
    response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' });
    if (injected?.kind !== 'cut') return response.end(xml);
    response.write(xml.slice(0, xml.length / 2), () => response.destroy());
  });
  return { url, calls, abandoned, close };
}

const faultAnswers: Readonly<Partial<Record<Ec2Fault['kind'], XmlAnswer>>> = {
  throttle: ec2ErrorAnswer(new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503)),
  deny: ec2ErrorAnswer(
    new ApiError(
      'UnauthorizedOperation',
      'You are not authorized to perform this operation. Action: ec2:DescribeTags',
      403,
    ),
  ),
  'internal-error': ec2ErrorAnswer(
    new ApiError('InternalError', 'An internal error has occurred', 500),
  ),
  garbage: { status: 200, xml: 'This is no XML. <' },
  'web-page': { status: 200, xml: '<html><body>Please sign in.</body></html>' },
};

interface TagEntry {
  readonly resourceId: string;
  readonly key: string;
  readonly value: string;
}

/** EC2 promises no order; this one is the same every time. */
function entriesOf(tags: InstanceTags): TagEntry[] {
  return Object.keys(tags)
    .sort()
    .flatMap((resourceId) =>
      Object.entries(tags[resourceId] ?? {}).map(([key, value]) => ({ resourceId, key, value })),
    );
}

interface PagedAnswer extends XmlAnswer {
  readonly page: number;
  readonly pages: number;
}

function answer(
  parameters: ReadonlyMap<string, string>,
  region: string | undefined,
  entries: readonly TagEntry[],
): PagedAnswer {
  try {
    const action = parameters.get('Action') ?? '';
    if (region === undefined) {
      throw new ApiError('MissingAuthenticationToken', 'The request is not signed.', 403);
    }
    if (action !== 'DescribeTags') {
      throw new ApiError(
        'InvalidAction',
        `The action ${action} is not valid for this web service.`,
      );
    }
    return describeTags(parameters, entries);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...ec2ErrorAnswer(error), page: 1, pages: 1 };
  }
}

const version = '2016-11-15';

function describeTags(
  parameters: ReadonlyMap<string, string>,
  entries: readonly TagEntry[],
): PagedAnswer {
  if (parameters.get('Version') !== version) {
    const given = parameters.get('Version') ?? '';
    throw new ApiError('InvalidParameterValue', `The API version '${given}' is not valid.`);
  }
  const filters = filtersIn(parameters);
  checkFilters(filters);
  const pageSize = pageSizeIn(parameters);
  const tests = filters.map(testOf);
  const found = entries.filter((entry) => tests.every((passes) => passes(entry)));
  const mark = markOf([filters, pageSize]);
  const from = positionIn(parameters.get('NextToken') ?? '', mark, found.length);
  const items = found.slice(from, from + pageSize).map(itemOf);
  const next = from + pageSize;
  const token = next < found.length ? element('nextToken', tokenOf(next, mark)) : '';
  return {
    ...ec2Answer('DescribeTags', element('tagSet', items.join('')) + token),
    page: from / pageSize + 1,
    pages: Math.max(1, Math.ceil(found.length / pageSize)),
  };
}

function itemOf({ resourceId, key, value }: TagEntry): string {
  return element(
    'item',
    element('resourceId', escapeXml(resourceId)) +
      element('resourceType', 'instance') +
      element('key', escapeXml(key)) +
      element('value', escapeXml(value)),
  );
}

/** What a filter looks at. All that is tagged here are instances. */
const filterFields: Readonly<Record<string, (entry: TagEntry) => string>> = {
  key: ({ key }) => key,
  'resource-id': ({ resourceId }) => resourceId,
  'resource-type': () => 'instance',
  value: ({ value }) => value,
};

/** As many values as one call may have in all its filters, as EC2's own error message says. */
const maxFilterValues = 200;
const maxFilterValueLength = 255;

function checkFilters(filters: readonly QueryFilter[]): void {
  const unknown = filters.find(({ name }) => !isFilterName(name));
  if (unknown) {
    throw new ApiError('InvalidParameterValue', `The filter '${unknown.name}' is invalid`);
  }
  const values = filters.flatMap((filter) => filter.values);
  if (values.length > maxFilterValues) {
    throw new ApiError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${maxFilterValues}`,
    );
  }
  const empty = filters.find((filter) => filter.values.length === 0);
  if (empty) {
    throw new ApiError('InvalidParameterValue', `The filter '${empty.name}' has no values`);
  }
  if (values.some((value) => value.length > maxFilterValueLength)) {
    throw new ApiError(
      'InvalidParameterValue',
      `A filter value has at most ${maxFilterValueLength} characters`,
    );
  }
}

function isFilterName(name: string): boolean {
  return Object.hasOwn(filterFields, name) || name.startsWith('tag:');
}

/** What an entry must be to pass a filter. */
function testOf({ name, values }: QueryFilter): (entry: TagEntry) => boolean {
  const patterns = values.map(patternOf);
  const fieldOf = filterFields[name] ?? (({ value }) => value);
  const key = name.startsWith('tag:') ? name.slice('tag:'.length) : undefined;
  return (entry) =>
    (key === undefined || entry.key === key) &&
    patterns.some((pattern) => pattern.test(fieldOf(entry)));
}

/** A filter value: `*` and `?` stand for characters, unless a backslash is before them. */
function patternOf(value: string): RegExp {
  const source = value.replace(/\\([*?\\])|([*?])|[\\^$.|+()[\]{}]/g, (char, escaped, wildcard) => {
    if (escaped) return `\\${escaped}`;
    if (wildcard) return wildcard === '*' ? '.*' : '.';
    return `\\${char}`;
  });
  return new RegExp(`^${source}$`, 's');
}

const mostResults = 1000;
const fewestResults = 5;

function pageSizeIn(parameters: ReadonlyMap<string, string>): number {
  const given = parameters.get('MaxResults');
  if (given === undefined) return mostResults;
  const refuse = (expected: string) =>
    new ApiError(
      'InvalidParameterValue',
      `Value ( ${given} ) for parameter maxResults is invalid. Expecting a value ${expected}.`,
    );
  if (!/^-?\d+$/.test(given) || Number(given) < fewestResults) {
    throw refuse(`greater than or equal to ${fewestResults}`);
  }
  if (Number(given) > mostResults) throw refuse(`less than or equal to ${mostResults}`);
  return Number(given);
}

function tokenOf(position: number, mark: string): string {
  return Buffer.from(`${position}/${mark}`).toString('base64url');
}

function positionIn(token: string, mark: string, count: number): number {
  if (token === '') return 0;
  const [position, tokenMark] = Buffer.from(token, 'base64url').toString().split('/');
  const isOurs = tokenMark === mark && Number(position) > 0 && Number(position) < count;
  if (isOurs) return Number(position);
  throw new ApiError('InvalidParameterValue', 'Unable to parse pagination token');
}
