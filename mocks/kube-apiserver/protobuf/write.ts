import { isArray, isObject, type Json, type JsonObject, listOf, objectOf, scalarText, textOf } from '../json.ts';
import { byteOrder } from '../schema/canonical.ts';
import type { Field, ObjectSchema, ScalarSchema, Schema } from '../schema/schema.ts';
import { embeddedMessage, fieldNames } from './field-numbers.ts';
import { writeBytes, writeDouble, writeVarint } from './wire.ts';

type Bytes = Uint8Array;

/** An object as a message, byte for byte as Go writes it: by number, and zeros too where Go has no pointer. */
export function writeMessage(object: JsonObject, schema: ObjectSchema, message = schema.name): Bytes {
  const parts = fieldNames(message).flatMap((name, index) => {
    const number = index + 1;
    const embedded = embeddedMessage(message, name);
    if (embedded !== undefined) return [writeBytes(number, writeMessage(object, schema, embedded))];
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    return field ? writeField(number, object[name], field) : [];
  });
  return Buffer.concat(parts);
}

function writeField(number: number, value: Json | undefined, field: Field): Bytes[] {
  const { schema, keepEmpty, pointer } = field;
  if (schema.type === 'list') return listOf(value).map((item) => writeValue(number, item, schema.items));
  if (schema.type === 'map') {
    return entriesOf(value).map(([key, each]) =>
      writeBytes(number, Buffer.concat([textField(1, key), writeValue(2, each, schema.values)])),
    );
  }
  if (schema.type === 'object') {
    return isObject(value) || keepEmpty ? [writeBytes(number, writeMessage(objectOf(value), schema))] : [];
  }
  const absent = value === undefined || value === null;
  if (absent && (pointer || schema.type === 'bytes' || schema.type === 'any')) return [];
  return [writeScalar(number, value ?? null, schema)];
}

function entriesOf(value: Json | undefined): [string, Json][] {
  return Object.entries(objectOf(value)).toSorted(([a], [b]) => byteOrder(a, b));
}

function writeValue(number: number, value: Json, schema: Schema): Bytes {
  if (schema.type === 'object') return writeBytes(number, writeMessage(objectOf(value), schema));
  if (schema.type === 'map') return writeBytes(number, new Uint8Array());
  if (schema.type !== 'list') return writeScalar(number, value, schema);
  return writeBytes(number, Buffer.concat(listOf(value).map((item) => writeValue(1, item, schema.items))));
}

function textField(number: number, text: string): Bytes {
  return writeBytes(number, Buffer.from(text));
}

function writeScalar(number: number, value: Json, { type }: ScalarSchema): Bytes {
  switch (type) {
    case 'string':
      return textField(number, textOf(value));
    case 'boolean':
      return writeVarint(number, value === true ? 1n : 0n);
    case 'int32':
    case 'int64':
      return writeVarint(number, integer(value));
    case 'double':
      return writeDouble(number, Number(value ?? 0));
    case 'bytes':
      return writeBytes(number, Buffer.from(textOf(value), 'base64'));
    case 'time':
    case 'micro-time':
      return writeBytes(number, timestamp(textOf(value)));
    case 'int-or-string': {
      const text = typeof value === 'string';
      const parts = [writeVarint(1, text ? 1n : 0n), writeVarint(2, text ? 0n : integer(value))];
      return writeBytes(number, Buffer.concat([...parts, textField(3, text ? value : '')]));
    }
    case 'quantity':
      return writeBytes(number, textField(1, scalarText(value)));
    case 'any':
      return writeBytes(number, isObject(value) || isArray(value) ? textField(1, JSON.stringify(value)) : Buffer.of());
    default:
      return type satisfies never;
  }
}

function integer(value: Json): bigint {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : 0n;
}

/** Seconds and nanoseconds; the zero time is an empty message. */
function timestamp(text: string): Bytes {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return new Uint8Array();
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const seconds = BigInt(Math.floor(ms / 1000));
  return Buffer.concat([writeVarint(1, seconds), writeVarint(2, BigInt(fraction.padEnd(9, '0')))]);
}
