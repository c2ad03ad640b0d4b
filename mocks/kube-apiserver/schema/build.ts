import type { Field, ObjectSchema, ScalarSchema, Schema } from './schema.ts';

/** Words in which the kinds' schemas are written. */

type Extra = Omit<Field, 'schema' | 'description'>;
type ScalarExtra = Extra & { readonly goType?: string };

export const required = { required: true } as const;
/** Strategic merge and server-side apply both by these keys; the first is the merge key of patches. */
export function keyed(...keys: readonly [string, ...string[]]): Extra {
  return { patchStrategy: 'merge', mergeKey: keys[0], listType: 'map', listMapKeys: keys };
}
/** A list that server-side apply takes as one value. */
export const atomic = { listType: 'atomic' } as const;
export const set = { listType: 'set' } as const;
/** A list of scalars whose entries strategic merge and server-side apply merge. */
export const mergedSet = { patchStrategy: 'merge', listType: 'set' } as const;
export const pointer = { pointer: true } as const;
export const keepEmpty = { keepEmpty: true } as const;

function scalar(type: ScalarSchema['type']): (description: string, extra?: ScalarExtra) => Field {
  return (description, { goType, ...extra } = {}) => ({
    schema: goType === undefined ? { type } : { type, goType },
    description,
    ...extra,
  });
}

export const text = scalar('string');
export const bool = scalar('boolean');
export const int32 = scalar('int32');
export const int64 = scalar('int64');
export const time = scalar('time');
export const microTime = scalar('micro-time');
export const bytes = scalar('bytes');
export const intOrString = scalar('int-or-string');
export const quantity = scalar('quantity');
export const any = scalar('any');

export const textItem: ScalarSchema = { type: 'string' };

export function list(items: Schema, description: string, extra: Extra = {}): Field {
  return { schema: { type: 'list', items }, description, ...extra };
}

export function texts(description: string, extra: Extra = {}): Field {
  return list(textItem, description, extra);
}

export function map(values: Schema, description: string, extra: Extra = {}): Field {
  return { schema: { type: 'map', values }, description, ...extra };
}

export function textMap(description: string, extra: Extra = {}): Field {
  return map(textItem, description, extra);
}

/** A map that server-side apply takes as one value. */
export function atomicTextMap(description: string): Field {
  return { schema: { type: 'map', values: textItem, mapType: 'atomic' }, description };
}

export function quantities(description: string, extra: Extra = {}): Field {
  return {
    schema: { type: 'map', values: { type: 'quantity' }, goType: 'v1.ResourceList' },
    description,
    ...extra,
  };
}

/** An object behind a pointer: in answers only when given. */
export function object(schema: ObjectSchema, description: string, extra: Extra = {}): Field {
  return { schema, description, ...extra };
}

/** An object by value: always in answers, `{}` when empty. */
export function struct(schema: ObjectSchema, description: string, extra: Extra = {}): Field {
  return { schema, description, keepEmpty: true, ...extra };
}

export function shape(
  name: string,
  description: string,
  fields: Readonly<Record<string, Field>>,
  mapType?: 'atomic',
): ObjectSchema {
  return { type: 'object', name, description, fields, ...(mapType === undefined ? {} : { mapType }) };
}

/** The top level of a kind: `kind` and `apiVersion` first, as in every answer. */
export function topLevel(
  name: string,
  description: string,
  metadata: ObjectSchema,
  fields: Readonly<Record<string, Field>>,
): ObjectSchema {
  return shape(name, description, {
    kind: text('Name of the REST resource this object represents, in CamelCase.'),
    apiVersion: text('Version of the schema of this object, as group/version.'),
    metadata: struct(metadata, 'Standard metadata of the object.'),
    ...fields,
  });
}
