import { isArray, isObject, type Json } from '../json.ts';
import { byteOrder } from '../schema/canonical.ts';
import type { Field, Schema } from '../schema/schema.ts';

/** How ownership sees a value: as one leaf, or as named children (fields, keyed items, values of a set). */
export type Children = ReadonlyMap<string, Child> | 'leaf';

export interface Child {
  readonly value: Json;
  /** Undefined for a field that the schema does not know. */
  readonly field: ChildField | undefined;
}

export type ChildField = Pick<Field, 'schema' | 'listType' | 'listMapKeys'>;

export function childrenOf(value: Json, field: ChildField | undefined): Children {
  const schema = field?.schema;
  // A null list is an empty one: what is added to it is owned item by item.
  if (schema?.type === 'list')
    return isArray(value) || value === null ? itemsOf(value ?? [], schema.items, field) : 'leaf';
  if (!isObject(value) || (schema?.type !== 'object' && schema?.type !== 'map')) return 'leaf';
  if (schema.mapType === 'atomic') return 'leaf';
  return new Map(
    Object.entries(value).map(([key, child]) => {
      const known = schema.type === 'map' ? { schema: schema.values } : fieldNamed(schema.fields, key);
      return [`f:${key}`, { value: child, field: known }] as const;
    }),
  );
}

function fieldNamed(fields: Readonly<Record<string, Field>>, key: string): Field | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function itemsOf(list: readonly Json[], items: Schema, field: ChildField | undefined): Children {
  if (field?.listType !== 'map' && field?.listType !== 'set') return 'leaf';
  return new Map(list.map((value) => [stepOf(value, field), { value, field: { schema: items } }] as const));
}

/** The step to an item of a keyed list or a set. A key that was left out has its default. */
export function stepOf(item: Json, field: ChildField): string {
  if (field.listType === 'set') return `v:${JSON.stringify(item)}`;
  const keys = (field.listMapKeys ?? []).toSorted(byteOrder);
  const values = keys.flatMap((key) => {
    const value = keyValue(item, key, field);
    return value === undefined ? [] : [[key, value] as const];
  });
  return `k:${JSON.stringify(Object.fromEntries(values))}`;
}

export function keyValue(item: Json, key: string, { schema }: ChildField): Json | undefined {
  const given = isObject(item) ? item[key] : undefined;
  if (given !== undefined && given !== null) return given;
  const items = schema.type === 'list' ? schema.items : undefined;
  return items?.type === 'object' ? items.fields[key]?.default : undefined;
}

export function isEmptyObject(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
