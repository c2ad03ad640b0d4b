import { isObject, type Json, type JsonObject, listOf, objectOf } from '../json.ts';
import type { Field, ObjectSchema, ScalarSchema, Schema } from '../schema/schema.ts';
import { embeddedMessage, fieldNames } from './field-numbers.ts';
import { Malformed, readFields, type WireField } from './wire.ts';

const utf8 = new TextDecoder();

/** A message as the JSON that says the same. Unknown fields are passed over, as in Go. @throws {Malformed} */
export function readMessage(bytes: Uint8Array, schema: ObjectSchema, message = schema.name): JsonObject {
  const result: Record<string, Json> = {};
  const names = fieldNames(message);
  for (const wire of readFields(bytes)) {
    const name = names[wire.number - 1] ?? '-';
    const embedded = embeddedMessage(message, name);
    if (embedded !== undefined) {
      Object.assign(result, readMessage(bytesOf(wire), schema, embedded));
      continue;
    }
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (!field) continue;
    const value = readField(wire, field.schema, result[name]);
    if (value !== undefined && !isAbsent(value, field)) result[name] = value;
  }
  return result;
}

/** Go always writes what is no pointer, so that there a zero says nothing. */
function isAbsent(value: Json, { schema, pointer }: Field): boolean {
  const small = schema.type === 'int-or-string' || schema.type === 'quantity';
  return small && !pointer && (value === 0 || value === '');
}

function readField(wire: WireField, schema: Schema, before: Json | undefined): Json | undefined {
  if (schema.type === 'list') return [...listOf(before), readValue(wire, schema.items) ?? null];
  if (schema.type === 'map') {
    const [key, value] = readEntry(bytesOf(wire), schema.values);
    return { ...objectOf(before), [key]: value };
  }
  if (schema.type !== 'object') return readScalar(wire, schema);
  return { ...objectOf(before), ...readMessage(bytesOf(wire), schema) };
}

/** An item of a list or a value of a map. A list within them is a message with the items as its first field. */
function readValue(wire: WireField, schema: Schema): Json | undefined {
  if (schema.type === 'object') return readMessage(bytesOf(wire), schema);
  if (schema.type === 'map') return undefined;
  if (schema.type !== 'list') return readScalar(wire, schema);
  return [...readFields(bytesOf(wire))].map((item) => readValue(item, schema.items) ?? null);
}

function readEntry(bytes: Uint8Array, values: Schema): [string, Json] {
  let key = '';
  let value: Json | undefined;
  for (const wire of readFields(bytes)) {
    if (wire.number === 1) key = utf8.decode(bytesOf(wire));
    if (wire.number === 2) value = readValue(wire, values);
  }
  return [key, value ?? ''];
}

function readScalar(wire: WireField, { type }: ScalarSchema): Json | undefined {
  switch (type) {
    case 'string':
      return utf8.decode(bytesOf(wire));
    case 'boolean':
      return varintOf(wire) !== 0n;
    case 'int32':
    case 'int64':
      return Number(varintOf(wire));
    case 'double':
      if (wire.type !== 'fixed64') throw wrongType(wire);
      return Buffer.from(wire.value).readDoubleLE();
    case 'bytes':
      return Buffer.from(bytesOf(wire)).toString('base64');
    case 'time':
    case 'micro-time':
      return readTime(bytesOf(wire), type);
    case 'int-or-string': {
      const [kind = 0, int = 0, text = ''] = plainFields(bytesOf(wire));
      return kind === 1 ? text : int;
    }
    case 'quantity': {
      const [text = ''] = plainFields(bytesOf(wire));
      return text;
    }
    case 'any':
      return readRaw(bytesOf(wire));
    default:
      return type satisfies never;
  }
}

/** The fields of a small message of numbers and texts, by number from 1 on. */
function plainFields(bytes: Uint8Array): (string | number | undefined)[] {
  const fields: (string | number | undefined)[] = [];
  for (const wire of readFields(bytes)) {
    fields[wire.number - 1] = wire.type === 'varint' ? Number(wire.value) : utf8.decode(wire.value);
  }
  return fields;
}

/** An absent time is written as the year 1, or as nothing; it stays absent. */
function readTime(bytes: Uint8Array, type: 'time' | 'micro-time'): Json {
  const [seconds = 0, nanos = 0] = plainFields(bytes);
  if (typeof seconds !== 'number' || typeof nanos !== 'number' || seconds <= 0) return null;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new Malformed('proto: time out of range');
  const text = date.toISOString().slice(0, 19);
  return type === 'time' ? `${text}Z` : `${text}.${String(Math.trunc(nanos / 1000)).padStart(6, '0')}Z`;
}

/** JSON that is carried as it is (managed fields); of another message nothing. */
function readRaw(bytes: Uint8Array): Json | undefined {
  const [raw] = plainFields(bytes);
  try {
    const value: unknown = JSON.parse(String(raw ?? ''));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(wire: WireField): Uint8Array {
  if (wire.type === 'bytes') return wire.value;
  throw wrongType(wire);
}

function varintOf(wire: WireField): bigint {
  if (wire.type === 'varint') return wire.value;
  throw wrongType(wire);
}

function wrongType({ type }: WireField): Malformed {
  return new Malformed(`proto: wrong wireType = ${{ varint: 0, fixed64: 1, bytes: 2 }[type]}`);
}
