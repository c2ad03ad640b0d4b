import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { Field, ObjectSchema, ScalarSchema, Schema } from './schema.ts';

/**
 * The value as the server answers it: known fields only, in the order of the schema, keys of maps sorted, empty values
 * left out (or spelled out, where the field is always there). Idempotent. Values of a wrong type are left as they are:
 * decoding refuses them before.
 */
export function canonical(value: Json, schema: Schema): Json {
  if (schema.type === 'object') return isObject(value) ? canonicalObject(value, schema) : value;
  if (schema.type === 'list') return isArray(value) ? value.map((item) => canonical(item, schema.items)) : value;
  if (schema.type === 'map') return isObject(value) ? canonicalMap(value, schema.values) : value;
  return value;
}

export function canonicalObject(value: JsonObject, schema: ObjectSchema): JsonObject {
  // Values never change, so that what shares parts with a canonical object has these parts done already.
  if (made.get(value) === schema) return value;
  const result: Record<string, Json> = {};
  for (const [key, field] of fieldsOf(schema)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const kept = canonicalField(given, field);
    if (kept !== undefined) result[key] = kept;
  }
  made.set(result, schema);
  return result;
}

/** Canonical objects, with the schema by which they are. */
const made = new WeakMap<JsonObject, ObjectSchema>();

const listed = new WeakMap<ObjectSchema, readonly (readonly [string, Field])[]>();

function fieldsOf(schema: ObjectSchema): readonly (readonly [string, Field])[] {
  let fields = listed.get(schema);
  if (!fields) {
    fields = Object.entries(schema.fields);
    listed.set(schema, fields);
  }
  return fields;
}

function canonicalMap(value: JsonObject, values: Schema): JsonObject {
  return Object.fromEntries(
    Object.keys(value)
      .toSorted(byteOrder)
      .map((key) => [key, canonical(value[key] ?? null, values)]),
  );
}

/** Go sorts strings by bytes, JavaScript by UTF-16 units; both agree but for astral characters. */
export function byteOrder(a: string, b: string): number {
  if (a === b) return 0;
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

const surrogate = /[\ud800-\udfff]/;

function canonicalField(given: Json | undefined, field: Field): Json | undefined {
  const { schema, keepEmpty, pointer } = field;
  if (given === undefined || given === null) return keepEmpty ? zero(schema) : undefined;
  const value = canonical(given, schema);
  if (pointer || !isZero(value, schema)) return value;
  return keepEmpty ? zero(schema) : undefined;
}

/** Zero of each scalar type, as in the items of a list. */
export const zeros: Readonly<Record<ScalarSchema['type'], Json>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  double: 0,
  time: '',
  'micro-time': '',
  bytes: '',
  'int-or-string': 0,
  quantity: '0',
  any: null,
};

/** Whether Go's `omitempty` would drop it. Objects are pointers here: an empty one that was given stays. */
function isZero(value: Json, { type }: Schema): boolean {
  if (type === 'list') return isArray(value) && value.length === 0;
  if (type === 'map') return isObject(value) && Object.keys(value).length === 0;
  if (type === 'object' || type === 'any' || type === 'int-or-string' || type === 'quantity') return false;
  return value === zeros[type];
}

/** What a field that is always there holds when nothing was given. */
export function zero(schema: Schema): Json {
  if (schema.type === 'object') return canonicalObject({}, schema);
  if (schema.type === 'list' || schema.type === 'map') return null;
  return schema.type === 'time' || schema.type === 'micro-time' || schema.type === 'bytes' ? null : zeros[schema.type];
}
