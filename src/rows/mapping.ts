import type { Json } from '../json.ts';
import type { ColumnType } from './column-type.ts';
import { type Form, forms } from './forms.ts';
import { type Column, type ColumnName, columns, type Family } from './schema.ts';

/**
 * The mapping between events and rows, read both ways: by rowOf on the way there, by rebuild on the
 * way back. Stored cells come from schema.ts; the rest is what nearly all events have anyway.
 */

/** The two objects that an event consists of; a bare record has no envelope. */
export type Part = 'envelope' | 'record';

/** A key of one part of an event. */
export interface Place {
  readonly part: Part;
  readonly key: string;
}

/** A stored cell: a column that holds the value at a place. */
export interface Stored extends Place {
  readonly column: ColumnName;
  readonly form: Form;
}

/** A second place that nearly always says the same as a stored cell, and so needs no column. */
export interface Twin extends Place {
  readonly of: Stored;
}

/** A place that nearly always holds the same value. */
export interface Constant extends Place {
  readonly value: Json;
}

export interface FamilyMapping {
  readonly stored: readonly Stored[];
  readonly twins: readonly Twin[];
  readonly constants: readonly Constant[];
}

const storedOf: Readonly<Record<Family, readonly Stored[]>> = {
  bare: storedCells('bare'),
  wrapped: storedCells('wrapped'),
  other: storedCells('other'),
};

const version: Constant = { part: 'envelope', key: 'version', value: '0' };

export const mapping: Readonly<Record<Family, FamilyMapping>> = {
  bare: { stored: storedOf.bare, twins: [], constants: [] },
  wrapped: {
    stored: storedOf.wrapped,
    twins: [twinOf('event_time', 'envelope', 'time'), twinOf('region', 'record', 'awsRegion')],
    constants: [version, { part: 'envelope', key: 'resources', value: [] }],
  },
  other: { stored: storedOf.other, twins: [], constants: [version] },
};

function storedCells(family: Family): Stored[] {
  return (columns as readonly Column[]).flatMap((column) => {
    const origin = column[family];
    if (origin === undefined || 'derived' in origin) return [];
    return [
      { ...origin, column: column.name as ColumnName, form: formOf(column.type, origin.part) },
    ];
  });
}

function twinOf(column: ColumnName, part: Part, key: string): Twin {
  return { part, key, of: storedOf.wrapped.find((cell) => cell.column === column) as Stored };
}

function formOf(type: ColumnType, part: Part): Form {
  switch (type) {
    case 'string':
      return forms.text;
    case 'boolean':
      return forms.boolean;
    case 'timestamp':
      return forms.time;
    case 'json':
      return forms.json;
    default:
      return part === 'record' ? forms.recordResources : forms.envelopeResources;
  }
}
