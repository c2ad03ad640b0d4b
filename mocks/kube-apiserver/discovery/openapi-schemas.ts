import type { Json, JsonObject } from '../json.ts';
import type { Kind } from '../kind.ts';
import type { Field, ObjectSchema, Schema } from '../schema/schema.ts';

/** Definitions of all types that these kinds reach, by name. */
export function openApiSchemas(kinds: readonly Kind[]): JsonObject {
  const found = new Map<string, JsonObject>();
  for (const kind of kinds) {
    define(kind.schema, found);
    const { group, version } = kind;
    const own = found.get(kind.schema.name);
    if (own) {
      found.set(kind.schema.name, {
        ...own,
        'x-kubernetes-group-version-kind': [{ group, version, kind: kind.kind }],
      });
    }
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function define(schema: ObjectSchema, found: Map<string, JsonObject>): void {
  if (found.has(schema.name)) return;
  // Entered before its fields, because types refer to themselves.
  found.set(schema.name, {});
  const required = Object.entries(schema.fields)
    .filter(([, field]) => field.required)
    .map(([name]) => name);
  const properties = Object.fromEntries(
    Object.entries(schema.fields).map(([name, field]) => [name, property(field, found)]),
  );
  found.set(schema.name, {
    description: schema.description,
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties,
    ...(schema.mapType === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  });
}

function property(field: Field, found: Map<string, JsonObject>): JsonObject {
  const { description, patchStrategy, mergeKey, listType, listMapKeys } = field;
  const described = { description };
  const extensions: Record<string, Json> = {
    ...(listMapKeys ? { 'x-kubernetes-list-map-keys': [...listMapKeys] } : {}),
    ...(listType ? { 'x-kubernetes-list-type': listType } : {}),
    ...(mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
    ...(patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': patchStrategy }),
  };
  const body = typeBody(field.schema, found);
  // A reference stands alone in OpenAPI 3.0, so that its description wraps it.
  const typed = '$ref' in body ? { allOf: [body] } : body;
  return {
    ...described,
    ...typed,
    ...(field.default === undefined ? {} : { default: field.default }),
    ...extensions,
  };
}

type Scalar = Exclude<Schema['type'], 'list' | 'map' | 'object'>;

const union = { oneOf: [{ type: 'string' }, { type: 'number' }] };
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Types with a name of their own, by which clients know them. */
const named: Readonly<Partial<Record<Scalar, readonly [name: string, body: JsonObject]>>> = {
  time: [`${meta}.Time`, { description: 'A time in whole seconds, RFC 3339.', type: 'string', format: 'date-time' }],
  'micro-time': [
    `${meta}.MicroTime`,
    { description: 'A time in microseconds, RFC 3339.', type: 'string', format: 'date-time' },
  ],
  'int-or-string': [
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    {
      description: 'A number, or a text: a name or a percentage.',
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    },
  ],
  quantity: [
    'io.k8s.apimachinery.pkg.api.resource.Quantity',
    { description: 'An amount, such as 100m or 2Gi.', ...union },
  ],
};

const plain: Readonly<Partial<Record<Scalar, JsonObject>>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

function scalarBody(type: Scalar, found: Map<string, JsonObject>): JsonObject {
  const [name, body] = named[type] ?? [];
  if (name === undefined || body === undefined) return plain[type] ?? { 'x-kubernetes-preserve-unknown-fields': true };
  found.set(name, body);
  return { $ref: `#/components/schemas/${name}` };
}

function typeBody(schema: Schema, found: Map<string, JsonObject>): JsonObject {
  if (schema.type === 'list') return { type: 'array', items: typeBody(schema.items, found) };
  if (schema.type === 'map') return { type: 'object', additionalProperties: typeBody(schema.values, found) };
  if (schema.type !== 'object') return scalarBody(schema.type, found);
  define(schema, found);
  return { $ref: `#/components/schemas/${schema.name}` };
}
