import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { Field, ObjectSchema, Schema } from './schema.ts';

/**
 * The value as the server answers it: known fields only, in the order of the schema, keys of maps sorted, empty values
 * left out (or spelled out, where the field is always there). Idempotent. Values of a wrong type are left as they are:
 * decoding refuses them before.
 */
export function canonical(value: Json, schema: Schema): Json {
  switch (schema.type) {
    case 'object':
      return isObject(value) ? canonicalObject(value, schema) : value;
    case 'list':
      return isArray(value) ? value.map((item) => canonical(item, schema.items)) : value;
    case 'map':
      return isObject(value) ? canonicalMap(value, schema.values) : value;
    case 'any':
      return value;
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
    case 'double':
    case 'time':
    case 'micro-time':
    case 'bytes':
    case 'int-or-string':
    case 'quantity':
      return value;
  }
}

export function canonicalObject(value: JsonObject, schema: ObjectSchema): JsonObject {
  const result: Record<string, Json> = {};
  for (const [key, field] of Object.entries(schema.fields)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const kept = canonicalField(given, field);
    if (kept !== undefined) result[key] = kept;
  }
  return result;
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
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function canonicalField(given: Json | undefined, field: Field): Json | undefined {
  const { schema, keepEmpty, pointer } = field;
  if (given === undefined || given === null) return keepEmpty ? zero(schema) : undefined;
  const value = canonical(given, schema);
  if (pointer || !isZero(value, schema)) return value;
  return keepEmpty ? zero(schema) : undefined;
}

/** Whether Go's `omitempty` would drop it. Objects are pointers here: an empty one that was given stays. */
function isZero(value: Json, schema: Schema): boolean {
  switch (schema.type) {
    case 'list':
      return isArray(value) && value.length === 0;
    case 'map':
      return isObject(value) && Object.keys(value).length === 0;
    case 'object':
    case 'any':
      return false;
    case 'int-or-string':
      return false;
    case 'string':
    case 'time':
    case 'micro-time':
    case 'bytes':
    case 'quantity':
      return value === '';
    case 'boolean':
      return value === false;
    case 'int32':
    case 'int64':
    case 'double':
      return value === 0;
  }
}

/** What a field that is always there holds when nothing was given. */
export function zero(schema: Schema): Json {
  switch (schema.type) {
    case 'object':
      return canonicalObject({}, schema);
    case 'list':
    case 'map':
    case 'time':
    case 'micro-time':
    case 'bytes':
    case 'any':
      return null;
    case 'string':
      return '';
    case 'quantity':
      return '0';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'int-or-string':
      return 0;
  }
}
