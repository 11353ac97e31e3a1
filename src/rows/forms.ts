import {
  equalJson,
  isObject,
  type Json,
  type JsonObject,
  jsonText,
  numberText,
  parseJson,
} from '../json.ts';
import { toEventTime, toRowTime } from './time.ts';

/**
 * How a value of an event stands in a cell, and back. A cell takes a value as far as it fits: the
 * number 123456789012 is the text "123456789012" in a string column. What the way back would not
 * give exactly goes into the row's patch as it was, so a form never has to be faithful, only honest.
 */
export interface Form {
  /** The cell of a value that is not null; undefined where nothing of it fits. */
  toCell(value: Json): Cell | undefined;
  /** The value that a cell stands for. */
  toValue(cell: Cell): Json;
  /** Whether the cell that `toCell` made gives the value back. */
  isExact(cell: Cell, value: Json): boolean;
}

/** What a stored cell can hold. */
export type Cell = string | boolean | readonly ResourceCell[];

/** One resource that an event names. */
export interface ResourceCell {
  arn?: string;
  account?: string;
  type?: string;
}

/** A plain string column: well-formed Unicode, as engines demand. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'boolean') return String(value);
  return numberText(value);
}

const text: Form = {
  toCell: textOf,
  toValue: (cell) => cell as string,
  isExact: (cell, value) => cell === value,
};

/** A boolean, also as the text that some re-published records have. */
export function booleanOf(value: Json | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

const boolean: Form = {
  toCell: booleanOf,
  toValue: (cell) => cell as boolean,
  isExact: (cell, value) => cell === value,
};

const time: Form = {
  toCell: (value) => (typeof value === 'string' ? toRowTime(value) : undefined),
  toValue: (cell) => toEventTime(cell as string),
  isExact: (cell, value) => toEventTime(cell as string) === value,
};

/** JSON text with its own key case and the spelling of its numbers: any value fits. */
const json: Form = {
  toCell: jsonText,
  toValue: (cell) => parseJson(cell as string),
  isExact: () => true,
};

/** What CloudTrail calls the members of a resource, and what the column does. */
export const resourceMembers = [
  ['ARN', 'arn'],
  ['accountId', 'account'],
  ['type', 'type'],
] as const;

/** CloudTrail's `resources`: a list of objects, of which any member may be missing. */
const recordResources: Form = {
  toCell: (value) => (Array.isArray(value) ? value.filter(isObject).map(resourceCell) : undefined),
  toValue: (cell) => (cell as readonly ResourceCell[]).map(resourceValue),
  isExact: (cell, value) => equalJson(recordResources.toValue(cell), value),
};

function resourceCell(resource: JsonObject): ResourceCell {
  const cell: ResourceCell = {};
  for (const [key, member] of resourceMembers) {
    const found = textOf(resource[key]);
    if (found !== undefined) cell[member] = found;
  }
  return cell;
}

function resourceValue(cell: ResourceCell): JsonObject {
  const resource: Record<string, string> = {};
  for (const [key, member] of resourceMembers) {
    const found = cell[member];
    if (found !== undefined) resource[key] = found;
  }
  return resource;
}

/** EventBridge's `resources`: a list of ARNs, in practice also of bare ids, once a string. */
const envelopeResources: Form = {
  toCell: (value) => {
    const list = Array.isArray(value) ? value : [value];
    return list.flatMap((element) =>
      typeof element === 'string' ? [{ arn: element.toWellFormed() }] : [],
    );
  },
  toValue: (cell) => (cell as readonly ResourceCell[]).map(({ arn }) => arn as string),
  isExact: (cell, value) => equalJson(envelopeResources.toValue(cell), value),
};

export const forms = { text, boolean, time, json, recordResources, envelopeResources } as const;
