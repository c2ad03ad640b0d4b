import { type Json, type JsonObject, objectOf, sameJson } from '../json.ts';
import type { FieldError, KubeObject, RequestContext, Strategy } from '../kind.ts';
import { canonicalObject } from '../schema/canonical.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { type MetadataRules, wrongMetadata, wrongMetadataChange } from '../validation/metadata.ts';

/** What a kind adds to what all kinds share. */
export interface Rules extends MetadataRules {
  readonly schema: ObjectSchema;
  /** The kind keeps `metadata.generation`: 1 at first, one more with each change outside metadata and status. */
  readonly generation?: true;
  /** The kind has a status subresource: writes to the object leave the status, writes to the status all else. */
  readonly status?: true;
  readonly defaults?: (object: KubeObject) => KubeObject;
  readonly prepareCreate?: (object: KubeObject, context: RequestContext) => KubeObject;
  readonly prepareUpdate?: (object: KubeObject, old: KubeObject, context: RequestContext) => KubeObject;
  readonly prepareStatusUpdate?: (object: KubeObject, old: KubeObject) => KubeObject;
  /** Rules of the content, on create and on update. */
  readonly validate?: (object: KubeObject) => readonly FieldError[];
  /** Rules of a change, before those of the content. */
  readonly validateChange?: (object: KubeObject, old: KubeObject) => readonly FieldError[];
  readonly validateStatus?: (object: KubeObject, old: KubeObject) => readonly FieldError[];
  /** An update judges the whole metadata again, as a create does. */
  readonly rejudgesMetadata?: true;
  /** Besides the content, what else raises the generation. */
  readonly raisesGeneration?: readonly ('labels' | 'annotations')[];
  readonly warnings?: Strategy['warnings'];
  readonly allocate?: Strategy['allocate'];
  readonly claims?: Strategy['claims'];
}

/** The strategy of a kind: the shared rules and its own, all outcomes in canonical form. */
export function strategyOf(rules: Rules): Strategy {
  const { schema, defaults, validate, validateChange, validateStatus, warnings, allocate, claims } = rules;
  const canonical = (object: KubeObject): KubeObject => canonicalKube(object, schema);
  const keepStatus = (object: KubeObject, old: KubeObject): KubeObject =>
    rules.status ? withField(object, 'status', old['status']) : object;
  return {
    defaults: (object) => canonical(defaults?.(object) ?? object),
    prepareCreate: (object, context) => {
      const fresh = rules.status ? withField(object, 'status', undefined) : object;
      const first = rules.generation ? withGeneration(fresh, 1) : fresh;
      return canonical(rules.prepareCreate?.(first, context) ?? first);
    },
    prepareUpdate: (object, old, context) => {
      const kept = keepStatus(object, old);
      const prepared = canonical(rules.prepareUpdate?.(kept, old, context) ?? kept);
      return rules.generation ? canonical(raised(prepared, old, rules.raisesGeneration ?? [])) : prepared;
    },
    prepareStatusUpdate: (object, old) => {
      const status = withField({ ...old, metadata: object.metadata }, 'status', object['status']);
      return canonical(rules.prepareStatusUpdate?.(status, old) ?? status);
    },
    validateCreate: (object) => [...wrongMetadata(object, rules), ...(validate?.(object) ?? [])],
    validateUpdate: (object, old) => [
      ...wrongMetadataChange(object, old),
      ...wrongMetadataChange(object, old),
      ...(validateChange?.(object, old) ?? []),
      ...(rules.rejudgesMetadata ? wrongMetadata(object, rules) : []),
      ...(validate?.(object) ?? []),
    ],
    validateStatusUpdate: (object, old) => [
      ...wrongMetadataChange(object, old),
      ...wrongMetadataChange(object, old),
      ...(validateStatus?.(object, old) ?? []),
    ],
    ...(warnings ? { warnings } : {}),
    ...(allocate
      ? {
          allocate: (object, old, context) => {
            const allocated = allocate(object, old, context);
            return 'errors' in allocated ? allocated : { object: canonical(allocated.object) };
          },
        }
      : {}),
    ...(claims ? { claims } : {}),
  };
}

export function canonicalKube(object: KubeObject, schema: ObjectSchema): KubeObject {
  const { kind, apiVersion } = object;
  const value = canonicalObject(object, schema);
  return { ...value, kind, apiVersion, metadata: objectOf(value['metadata']) };
}

/** The object with one top-level field replaced, or removed. */
export function withField(object: KubeObject, key: string, value: Json | undefined): KubeObject {
  const { [key]: _old, ...rest } = object;
  const { kind, apiVersion, metadata } = object;
  return { ...rest, ...(value === undefined ? {} : { [key]: value }), kind, apiVersion, metadata };
}

/** The object with keys of its spec set, or removed where the value is undefined. */
export function withSpec(object: KubeObject, changes: Readonly<Record<string, Json | undefined>>): KubeObject {
  return withField(object, 'spec', changed(objectOf(object['spec']), changes));
}

/** A copy with keys set, or removed where the value is undefined. */
export function changed(object: JsonObject, changes: Readonly<Record<string, Json | undefined>>): JsonObject {
  const result: Record<string, Json> = { ...object };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete result[key];
    else result[key] = value;
  }
  return result;
}

function withGeneration(object: KubeObject, generation: Json | undefined): KubeObject {
  return { ...object, metadata: changed(object.metadata, { generation }) };
}

function raised(object: KubeObject, old: KubeObject, keys: readonly string[]): KubeObject {
  const content = ({ metadata: _metadata, status: _status, ...rest }: KubeObject): JsonObject => rest;
  const before = Number(old.metadata['generation'] ?? 0);
  const same =
    sameJson(content(object), content(old)) && keys.every((key) => sameJson(object.metadata[key], old.metadata[key]));
  return withGeneration(object, same ? before : before + 1);
}
