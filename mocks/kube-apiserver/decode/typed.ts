import type { Json, JsonObject } from '../json.ts';
import type { Kind, KubeObject } from '../kind.ts';
import { canonicalObject, zeros } from '../schema/canonical.ts';
import type { MapSchema, ObjectSchema, ScalarSchema, Schema } from '../schema/schema.ts';
import { jsonOf } from './json-node.ts';
import type { JsonNode } from './json-text.ts';
import { canonicalQuantity, wrongQuantity } from './quantity.ts';
import { parseTime } from './time.ts';

/** A JSON tree that does not fit the schema; the message is the one of Go's decoder for the first misfit. */
export class TypeMismatch extends Error {
  override readonly name = 'TypeMismatch';
}

export interface Typed {
  readonly value: JsonObject;
  /** Unknown and repeated fields in the order of the text: `unknown field "spec.typ"`. */
  readonly strict: readonly string[];
}

/** Where the reader is: the JSON path for strict errors, and Go's notion of it for type errors. */
interface Place {
  readonly path: string;
  readonly struct: string;
  readonly fields: readonly string[];
  readonly strict: string[];
  readonly wording: Wording;
}

/** Whose words a misfit is told in: Go's JSON decoder, or the converter that reads the outcome of a strategic merge. */
export type Wording = 'decoder' | 'converter';

/** Reads a tree as an object of the schema: known fields, in canonical form. @throws {TypeMismatch} */
export function decodeTyped(node: JsonNode, schema: ObjectSchema, wording: Wording = 'decoder'): Typed {
  const strict: string[] = [];
  const value = readObject(node, schema, { path: '', struct: '', fields: [], strict, wording });
  return { value: canonicalObject(value ?? {}, schema), strict };
}

/** The object of a kind in which nothing is set: what a bookmark carries. */
export function emptyObject(kind: Pick<Kind, 'group' | 'version' | 'kind' | 'schema'>): KubeObject {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return { kind: kind.kind, apiVersion, ...canonicalObject({}, kind.schema), metadata: {} };
}

function read(node: JsonNode, schema: Schema, place: Place): Json | undefined {
  if (node.type === 'null') return undefined;
  if (schema.type === 'object') return readObject(node, schema, place);
  if (schema.type === 'map') return readMap(node, schema, place);
  if (schema.type !== 'list') return readScalar(node, schema, place);
  if (node.type !== 'array') throw mismatch(node, schema, place);
  return node.items.map((item, index) => {
    const value = read(item, schema.items, { ...place, path: `${place.path}[${index}]` });
    return value ?? emptyItem(schema.items);
  });
}

/** A null in a list or map is the zero value of its type. */
function emptyItem(schema: Schema): Json {
  if (schema.type === 'list') return [];
  return schema.type === 'object' || schema.type === 'map' ? {} : zeros[schema.type];
}

function readObject(node: JsonNode, schema: ObjectSchema, place: Place): JsonObject | undefined {
  if (node.type === 'null') return undefined;
  if (node.type !== 'object') throw mismatch(node, schema, place);
  const struct = schema.name.split('.').at(-1) ?? '';
  const result: Record<string, Json> = {};
  const seen = new Set<string>();
  for (const [key, child] of node.entries) {
    const path = below(place.path, key);
    if (seen.has(key)) place.strict.push(`duplicate field "${path}"`);
    seen.add(key);
    const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    if (!field) {
      place.strict.push(`unknown field "${path}"`);
      continue;
    }
    const value = read(child, field.schema, { ...place, path, struct, fields: [...place.fields, key] });
    if (value !== undefined) result[key] = value;
    else if (child.type === 'null') delete result[key];
  }
  return result;
}

function readMap(node: JsonNode, schema: MapSchema, place: Place): JsonObject {
  if (node.type !== 'object') throw mismatch(node, schema, place);
  const result = new Map<string, Json>();
  for (const [key, child] of node.entries) {
    const path = below(place.path, key);
    if (result.has(key)) place.strict.push(`duplicate field "${path}"`);
    result.set(key, read(child, schema.values, { ...place, path }) ?? emptyItem(schema.values));
  }
  return Object.fromEntries(result);
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function readScalar(node: JsonNode, schema: ScalarSchema, place: Place): Json {
  switch (schema.type) {
    case 'string':
      if (node.type === 'string') return node.value;
      break;
    case 'boolean':
      if (node.type === 'bool') return node.value;
      break;
    case 'int32':
    case 'int64':
      if (node.type === 'number') return integer(node.raw, schema, place);
      break;
    case 'double':
      if (node.type === 'number') return Number(node.raw);
      break;
    case 'int-or-string':
      if (node.type === 'string') return node.value;
      if (node.type === 'number') return integer(node.raw, schema, place);
      break;
    case 'time':
    case 'micro-time':
      if (node.type === 'string') return timeValue(node.value, schema.type);
      break;
    case 'bytes':
      if (node.type === 'string') return base64(node.value);
      break;
    case 'quantity':
      return quantityValue(node);
    case 'any':
      return jsonOf(node);
  }
  throw mismatch(node, schema, place);
}

function integer(raw: string, schema: ScalarSchema, place: Place): number {
  const value = Number(raw);
  const limit = schema.type === 'int64' ? 2 ** 63 : 2 ** 31;
  if (/^-?\d+$/.test(raw) && value >= -limit && value < limit) return value;
  throw misfit(`number ${raw}`, schema, place);
}

function timeValue(value: string, precision: 'time' | 'micro-time'): string {
  const parsed = parseTime(value, precision);
  if ('error' in parsed) throw new TypeMismatch(parsed.error);
  return parsed.time;
}

function base64(value: string): string {
  const clean = value.replaceAll(/[\r\n]/g, '');
  const bad = /^(?:[A-Za-z0-9+/]{4})*/.exec(clean)?.[0].length ?? 0;
  const tail = clean.slice(bad);
  if (tail === '' || /^[A-Za-z0-9+/]{2}==$/.test(tail) || /^[A-Za-z0-9+/]{3}=$/.test(tail)) return clean;
  const good = /^[A-Za-z0-9+/]*/.exec(tail)?.[0].length ?? 0;
  throw new TypeMismatch(`illegal base64 data at input byte ${bad + Math.min(good, tail.length)}`);
}

function quantityValue(node: JsonNode): string {
  const text = node.type === 'number' ? node.raw : node.type === 'string' ? node.value : '';
  const quantity = canonicalQuantity(text);
  if (quantity === undefined) throw new TypeMismatch(wrongQuantity);
  return quantity;
}

function mismatch(node: JsonNode, schema: Schema, place: Place): TypeMismatch {
  return misfit(node.type, schema, place);
}

/** Repeated keys anywhere in a tree, as strict errors. */
export function repeatedFields(node: JsonNode, path = ''): readonly string[] {
  if (node.type === 'array') return node.items.flatMap((item, index) => repeatedFields(item, `${path}[${index}]`));
  if (node.type !== 'object') return [];
  const seen = new Set<string>();
  return node.entries.flatMap(([key, child]) => {
    const here = below(path, key);
    const again = seen.has(key) ? [`duplicate field "${here}"`] : [];
    seen.add(key);
    return [...again, ...repeatedFields(child, here)];
  });
}

function misfit(what: string, schema: Schema, { struct, fields, wording }: Place): TypeMismatch {
  if (wording === 'converter') return new TypeMismatch(unconvertible(what, schema));
  const target = fields.length === 0 ? 'Go value' : `Go struct field ${struct}.${fields.join('.')}`;
  return new TypeMismatch(`json: cannot unmarshal ${what} into ${target} of type ${goType(schema)}`);
}

function unconvertible(what: string, schema: Schema): string {
  const given = { object: 'map', array: 'slice', number: 'int64' }[what] ?? what;
  if (schema.type === 'object') return `cannot restore struct from: ${given}`;
  if (schema.type === 'list') return `cannot restore slice from ${given}`;
  return schema.type === 'map' ? `cannot restore map from ${given}` : `unrecognized type: ${goType(schema)}`;
}

const goTypes: Readonly<Record<ScalarSchema['type'], string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  time: 'string',
  'micro-time': 'string',
  bytes: '[]uint8',
  'int-or-string': 'int32',
  quantity: 'resource.Quantity',
  any: 'v1.FieldsV1',
};

function goType(schema: Schema): string {
  if (schema.type === 'list') return `[]${goType(schema.items)}`;
  if (schema.type === 'map') return schema.goType ?? `map[string]${goType(schema.values)}`;
  if (schema.type === 'object') return schema.name.split('.').slice(-2).join('.');
  return schema.goType ?? goTypes[schema.type];
}
