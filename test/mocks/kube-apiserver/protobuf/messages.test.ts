import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { kinds } from '../../../../mocks/kube-apiserver/kinds/served.ts';
import type { Json, JsonObject } from '../../../../mocks/kube-apiserver/json.ts';
import { embeddedMessage, fieldNames } from '../../../../mocks/kube-apiserver/protobuf/field-numbers.ts';
import { openEnvelope } from '../../../../mocks/kube-apiserver/protobuf/envelope.ts';
import { protobufOf } from '../../../../mocks/kube-apiserver/protobuf/body.ts';
import { readMessage } from '../../../../mocks/kube-apiserver/protobuf/read.ts';
import { writeMessage } from '../../../../mocks/kube-apiserver/protobuf/write.ts';
import { canonicalObject } from '../../../../mocks/kube-apiserver/schema/canonical.ts';
import type { ObjectSchema, Schema } from '../../../../mocks/kube-apiserver/schema/schema.ts';

const named = kinds
  .filter(({ keptAsGiven, protobufBody }) => !keptAsGiven || protobufBody)
  .map((kind) => [`${kind.group}/${kind.version}/${kind.kind}`, kind.protobufBody ?? kind.schema] as const);

/** Names of the fields of a message, those of embedded messages too. */
function namesOf(message: string): string[] {
  return fieldNames(message).flatMap((name) => {
    const embedded = embeddedMessage(message, name);
    return embedded === undefined ? [name] : namesOf(embedded);
  });
}

function unnumbered(schema: Schema, found: Set<string>, seen: Set<string>): void {
  if (schema.type === 'list') unnumbered(schema.items, found, seen);
  if (schema.type === 'map') unnumbered(schema.values, found, seen);
  if (schema.type !== 'object' || seen.has(schema.name)) return;
  seen.add(schema.name);
  const names = namesOf(schema.name);
  for (const [name, field] of Object.entries(schema.fields)) {
    const typeMeta = 'metadata' in schema.fields && (name === 'kind' || name === 'apiVersion');
    if (!names.includes(name) && !typeMeta) found.add(`${schema.name}.${name}`);
    unnumbered(field.schema, found, seen);
  }
}

/** Values of a schema in which everything that could be absent sometimes is. */
function valueOf(schema: Schema, depth: number): fc.Arbitrary<Json> {
  switch (schema.type) {
    case 'string':
      return fc.string({ maxLength: 6 });
    case 'boolean':
      return fc.boolean();
    case 'int32':
    case 'int64':
      return fc.integer();
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'time':
      return fc
        .integer({ min: 1, max: 4e9 })
        .map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
    case 'micro-time':
      return fc
        .tuple(fc.integer({ min: 1, max: 4e9 }), fc.nat(999_999))
        .map(([s, us]) => `${new Date(s * 1000).toISOString().slice(0, 19)}.${String(us).padStart(6, '0')}Z`);
    case 'bytes':
      return fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'int-or-string':
      return fc.oneof(fc.integer({ min: 1 }), fc.string({ minLength: 1, maxLength: 6 }));
    case 'quantity':
      return fc.constantFrom('1', '100m', '2Gi');
    case 'any':
      return fc.constant({ 'f:spec': { '.': {} } });
    case 'list':
      return fc.array(valueOf(schema.items, depth), { minLength: 1, maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.string({ maxLength: 4 }), valueOf(schema.values, depth), { maxKeys: 2 });
    case 'object':
      return objectOf(schema, depth - 1);
    default:
      return schema satisfies never;
  }
}

/** Fields whose messages the mock carries as they are; in protobuf they are passed over. */
const opaque = (schema: ObjectSchema, name: string): boolean =>
  schema.fields[name]?.schema.type === 'any' && name !== 'fieldsV1';

function objectOf(schema: ObjectSchema, depth: number): fc.Arbitrary<JsonObject> {
  if (depth <= 0) return fc.constant({});
  const names = Object.keys(schema.fields).filter(
    (name) => !opaque(schema, name) && !(name in { kind: 0, apiVersion: 0 } && 'metadata' in schema.fields),
  );
  return fc.subarray(names, { maxLength: Math.min(4, names.length) }).chain((chosen) => {
    const values = chosen.map((name) => {
      const field = schema.fields[name];
      return [name, field ? valueOf(field.schema, depth) : fc.constant(null)] as const;
    });
    return fc.record(Object.fromEntries(values));
  });
}

describe('protobuf messages', () => {
  it('has a number for every field of every kind', () => {
    const found = new Set<string>();
    for (const [, schema] of named) unnumbered(schema, found, new Set());
    expect([...found]).toEqual([]);
  });

  test.each(named)('%s: what is written is read again', (_name, schema) => {
    fc.assert(
      fc.property(objectOf(schema, 6), (object) => {
        const sent = canonicalObject(object, schema);
        const read = canonicalObject(readMessage(writeMessage(sent, schema), schema), schema);
        expect(read).toEqual(sent);
      }),
      { numRuns: 60 },
    );
  });

  // Bodies that kubectl 1.36 sends, and an answer of a server 1.36.
  const recorded = [
    'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEh0KFQoFc2hvcDISABoAIgAqADIAOABCABIAGgIKABoAIgA=',
    'azhzAAotChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESEVNlbGZTdWJqZWN0UmV2aWV3EhoKEAoAEgAaACIAKgAyADgAQgASBgoECgASABoAIgA=',
  ];
  test.each(recorded)('%s: is written byte for byte', (base64) => {
    const bytes = Buffer.from(base64, 'base64');
    const { apiVersion, kind, message } = openEnvelope(bytes);
    const known = kinds.find((each) => each.kind === kind);
    if (!known) return expect(kind).toMatch(/Review$/);
    const object = readMessage(message, known.schema);
    const written = protobufOf({ apiVersion, kind, ...object }, kinds);
    expect(Buffer.from(written ?? []).toString('base64')).toBe(base64);
  });
});
