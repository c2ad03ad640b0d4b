import { objectOf, textOf, type Json } from '../json.ts';
import type { Column, KubeObject, Table } from '../kind.ts';
import { nameOf } from '../metadata.ts';
import { ageOf } from './age.ts';

type Value = (object: KubeObject, nowMs: number) => Json;

export interface Cell extends Column {
  readonly value: Value;
}

/** A column that is always shown. */
export function column(name: string, description: string, value: Value, type: Column['type'] = 'string'): Cell {
  return { name, type, format: '', description, priority: 0, value };
}

/** A column of `-o wide`. */
export function wide(name: string, description: string, value: Value, type: Column['type'] = 'string'): Cell {
  return { ...column(name, description, value, type), priority: 1 };
}

export const nameColumn: Cell = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Unique within a namespace for its kind; cannot be changed.',
  priority: 0,
  value: nameOf,
};

export const ageColumn = column('Age', 'Time since the object was created.', (object, nowMs) =>
  ageOf(object.metadata['creationTimestamp'], nowMs),
);

export function table(...cells: readonly Cell[]): Table {
  return {
    columns: cells,
    cells: (object, nowMs) => cells.map(({ value }) => value(object, nowMs)),
  };
}

/** Of a kind without columns of its own. */
export const plainTable = table(
  nameColumn,
  column('Created At', 'When the object was created.', (object) => textOf(object.metadata['creationTimestamp'])),
);

/** Labels as `a=1,b=2`; `<none>` for none. */
export function formatLabels(labels: Json | undefined): string {
  const pairs = Object.entries(objectOf(labels)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? '<none>' : pairs.map(([key, value]) => `${key}=${textOf(value)}`).join(',');
}

export function orNone(text: string): string {
  return text === '' ? '<none>' : text;
}
