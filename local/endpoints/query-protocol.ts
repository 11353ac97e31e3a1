import { createHash, randomUUID } from 'node:crypto';
import type { ApiError } from './api-error.ts';

/** An answer on its way. */
export interface XmlAnswer {
  readonly status: number;
  readonly xml: string;
}

/** A list of a request: `Filter.1.Name=…&Filter.1.Value.1=…` has one member `Filter`. */
export interface QueryFilter {
  readonly name: string;
  readonly values: readonly string[];
}

/** The parameters of a request in the Query protocol. */
export function parametersIn(body: Buffer): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(body.toString()));
}

/** The filters of a request, in the order of their numbers. */
export function filtersIn(parameters: ReadonlyMap<string, string>): QueryFilter[] {
  const filters = new Map<number, { name: string; values: [index: number, value: string][] }>();
  for (const [key, value] of parameters) {
    const match = /^Filter\.(\d+)\.(?:(Name)|Value\.(\d+))$/.exec(key);
    if (!match) continue;
    const [, number, name, index] = match;
    const filter = filters.get(Number(number)) ?? { name: '', values: [] };
    if (name) filter.name = value;
    else filter.values.push([Number(index), value]);
    filters.set(Number(number), filter);
  }
  return [...filters]
    .sort(([a], [b]) => a - b)
    .map(([, { name, values }]) => ({
      name,
      values: values.sort(([a], [b]) => a - b).map(([, value]) => value),
    }));
}

/** The Region that a request is signed for; undefined where it is not signed. */
export function signedRegionIn(authorization: string | undefined): string | undefined {
  // AWS4-HMAC-SHA256 Credential=KEY/20261120/eu-west-1/ec2/aws4_request, …
  return /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\//.exec(authorization ?? '')?.[1];
}

/** The access key id that a request is signed with; undefined where it is not signed. */
export function accessKeyIn(authorization: string | undefined): string | undefined {
  return /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(authorization ?? '')?.[1];
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An answer of EC2: `members` is the XML inside. */
export function ec2Answer(action: string, members: string): XmlAnswer {
  const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';
  const response = `${action}Response`;
  const xml = `<${response} xmlns="${namespace}"><requestId>${randomUUID()}</requestId>${members}</${response}>`;
  return { status: 200, xml: declaration + xml };
}

/** An error in the form of EC2, which is not that of other Query services. */
export function ec2ErrorAnswer({ code, message, status }: ApiError): XmlAnswer {
  const error = element(
    'Error',
    element('Code', escapeXml(code)) + element('Message', escapeXml(message)),
  );
  const xml = element('Response', element('Errors', error) + element('RequestID', randomUUID()));
  return { status, xml: declaration + xml };
}

/** An answer of a Query service other than EC2: `members` is the XML inside. */
export function queryAnswer(namespace: string, action: string, members: string): XmlAnswer {
  const metadata = element('ResponseMetadata', element('RequestId', randomUUID()));
  const response = `${action}Response`;
  const result = element(`${action}Result`, members);
  const xml = `<${response} xmlns="${namespace}">${result}${metadata}</${response}>`;
  return { status: 200, xml: declaration + xml };
}

/** An error in the form of those services. */
export function queryErrorAnswer(namespace: string, error: ApiError): XmlAnswer {
  const { code, message, status } = error;
  const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
  const told = type + element('Code', escapeXml(code)) + element('Message', escapeXml(message));
  const members = element('Error', told) + element('RequestId', randomUUID());
  const xml = `<ErrorResponse xmlns="${namespace}">${members}</ErrorResponse>`;
  return { status, xml: declaration + xml };
}

export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** Text in XML. White space is kept as it is; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML cannot hold.
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"'\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`)
  );
}

/** A short mark of a question, so that a token of another is told from it. */
export function markOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 12);
}
