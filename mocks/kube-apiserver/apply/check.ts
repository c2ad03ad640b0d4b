import { isArray, isObject, type Json } from '../json.ts';
import type { ScalarSchema } from '../schema/schema.ts';
import { type ChildField, keyValue, stepOf } from './structure.ts';
import { pathText } from './field-set.ts';

/** What keeps a configuration from being applied, in the words of the real server; each with its path in front. */
export function misfits(value: Json, field: ChildField, path = ''): readonly string[] {
  const { schema } = field;
  if (value === null) return [];
  if (schema.type === 'list') {
    return isArray(value) ? listMisfits(value, field, path) : [`${path}: expected list, got ${shown(value)}`];
  }
  if (schema.type !== 'object' && schema.type !== 'map') return scalarMisfit(value, schema, path);
  if (!isObject(value)) return [`${path}: expected map, got ${shown(value)}`];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = `${path}.${key}`;
    if (schema.type === 'map') return misfits(child, { schema: schema.values }, here);
    const known = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    return known ? misfits(child, known, here) : [`${here}: field not declared in schema`];
  });
}

function listMisfits(list: readonly Json[], field: ChildField, path: string): readonly string[] {
  const items = field.schema.type === 'list' ? field.schema.items : field.schema;
  const associative = field.listType === 'map' || field.listType === 'set';
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    if (!associative) return misfits(item, { schema: items }, `${path}[${index}]`);
    const missing = field.listType === 'map' && missingKey(item, field);
    if (missing) {
      const why = `associative list with keys has an element that omits key field ${JSON.stringify(missing)}`;
      return [`${path}: element ${index}: ${why} (and doesn't have default value)`];
    }
    const step = stepOf(item, field);
    if (seen.has(step)) return [`${path}: duplicate entries for key ${pathText([step])}`];
    seen.add(step);
    return misfits(item, { schema: items }, `${path}${pathText([step])}`);
  });
}

function missingKey(item: Json, field: ChildField): string | undefined {
  return (field.listMapKeys ?? []).find((key) => keyValue(item, key, field) === undefined);
}

function scalarMisfit(value: Json, schema: ScalarSchema, path: string): readonly string[] {
  const wrong = (expected: string, got: string): readonly string[] => [`${path}: expected ${expected}, got ${got}`];
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('boolean', shown(value));
    case 'int32':
    case 'int64':
    case 'double':
      return typeof value === 'number' ? [] : wrong('numeric (int or float)', goKind(value));
    case 'string':
    case 'time':
    case 'micro-time':
    case 'bytes':
      return typeof value === 'string' ? [] : wrong('string', shown(value));
    case 'int-or-string':
    case 'quantity':
    case 'any':
      return [];
    default:
      return schema.type satisfies never;
  }
}

function goKind(value: Json): string {
  if (typeof value === 'boolean') return 'bool';
  return isArray(value) ? '[]interface {}' : isObject(value) ? 'map[string]interface {}' : 'string';
}

function shown(value: Json): string {
  return `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
}
