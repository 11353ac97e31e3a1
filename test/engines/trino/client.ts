import { parseJson } from '../../../src/json.ts';

/** A column of an answer; its type as Trino spells it. */
export interface TrinoColumn {
  readonly name: string;
  readonly type: string;
}

export interface TrinoAnswer {
  readonly id: string;
  readonly columns: readonly TrinoColumn[];
  /**
   * Cells as JSON has them; a ROW is an object by its members' names, a timestamp a text. An integer
   * that a JavaScript number would round is a bigint.
   */
  readonly rows: readonly (readonly unknown[])[];
}

/** A query that Trino has refused, or that failed. */
export class TrinoError extends Error {
  override readonly name = 'TrinoError';
  /** Its name, such as `VIEW_IS_STALE`. */
  readonly code: string;

  constructor(code: string, message: string, causes: readonly string[]) {
    super([`${code}: ${message}`, ...causes].join('\n  because of '));
    this.code = code;
  }
}

interface Page {
  readonly id: string;
  readonly nextUri?: string;
  readonly columns?: readonly { name: string; type: string; typeSignature: Signature }[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { errorName: string; message: string; failureInfo?: Failure };
}

interface Failure {
  readonly message?: string;
  readonly cause?: Failure;
}

/** How Trino describes a type: its name, and what is in its brackets. */
interface Signature {
  readonly rawType: string;
  readonly arguments: readonly { readonly kind: string; readonly value: unknown }[];
}

/**
 * Runs a statement to its end.
 * Trino documentation, "Trino client REST API".
 * @param url of the server
 * @param sql without a semicolon at its end
 * @throws TrinoError for what Trino refuses
 */
export async function ask(url: string, sql: string, schema = 'default'): Promise<TrinoAnswer> {
  const headers = {
    'X-Trino-User': 'test',
    'X-Trino-Catalog': 'awsdatacatalog',
    'X-Trino-Schema': schema,
    // Else timestamps lose their type's precision.
    'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
  };
  const rows: unknown[][] = [];
  let columns: Page['columns'];
  let page = await pageOf(fetch(`${url}/v1/statement`, { method: 'POST', headers, body: sql }));
  for (;;) {
    columns ??= page.columns;
    for (const cells of page.data ?? []) {
      rows.push(cells.map((cell, at) => cellOf(cell, columns?.[at]?.typeSignature)));
    }
    if (page.error) throw errorOf(page.error);
    if (page.nextUri === undefined) break;
    page = await pageOf(fetch(page.nextUri, { headers }));
  }
  return { id: page.id, columns: (columns ?? []).map(({ name, type }) => ({ name, type })), rows };
}

async function pageOf(answer: Promise<Response>): Promise<Page> {
  const response = await answer;
  const text = await response.text();
  if (!response.ok) throw new Error(`Trino answered ${response.status}: ${text.slice(0, 500)}`);
  return parseJson(text) as unknown as Page;
}

function errorOf({ errorName, message, failureInfo }: NonNullable<Page['error']>): TrinoError {
  const causes: string[] = [];
  for (let cause = failureInfo?.cause; cause; cause = cause.cause) {
    if (cause.message) causes.push(cause.message);
  }
  return new TrinoError(errorName, message, causes);
}

function cellOf(value: unknown, type: Signature | undefined): unknown {
  if (value === null || type === undefined) return value;
  const parts = type.arguments.map((argument) => argument.value);
  switch (type.rawType) {
    case 'array':
      return (value as unknown[]).map((element) => cellOf(element, parts[0] as Signature));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as object).map(([key, of]) => [
          key,
          cellOf(of, parts[1] as Signature),
        ]),
      );
    case 'row':
      return Object.fromEntries(
        parts.map((part, at) => {
          const { fieldName, typeSignature } = part as Member;
          return [fieldName?.name ?? `field${at}`, cellOf((value as unknown[])[at], typeSignature)];
        }),
      );
    default:
      return JSON.isRawJSON(value) && /^-?\d+$/.test(value.rawJSON) ? BigInt(value.rawJSON) : value;
  }
}

interface Member {
  readonly fieldName?: { readonly name: string };
  readonly typeSignature: Signature;
}
