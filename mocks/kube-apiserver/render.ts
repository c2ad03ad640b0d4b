import { stringify, type Tags } from 'yaml';
import { apiVersionOf } from './api-version.ts';
import type { Call } from './cluster.ts';
import { type Json, type JsonObject, textOf } from './json.ts';
import type { Kind, KubeObject } from './kind.ts';
import { versionOf } from './metadata.ts';
import type { Shape } from './negotiate.ts';
import type { ListOutcome, Outcome } from './rest/outcome.ts';
import { protobufOf } from './protobuf/body.ts';
import { ApiError, badRequest } from './status.ts';

const encoder = new TextEncoder();

const decimal = /^[-+]?(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)$/;

/** As Go's writer of YAML: keys in alphabetical order, lists not indented, times in quotes. */
const yamlStyle = {
  version: '1.1',
  lineWidth: 0,
  aliasDuplicateObjects: false,
  sortMapEntries: true,
  indentSeq: false,
  // A lone dot (a key of managedFields) is no number to Go, and so needs no quotes.
  customTags: (tags: Tags): Tags =>
    tags.map((tag) => (typeof tag === 'object' && tag.test?.test('.') ? { ...tag, test: decimal } : tag)),
} as const;

/** Text of stored objects, written once however many watchers and lists show them. */
const written = new WeakMap<object, string>();

export function jsonText(object: JsonObject): string {
  let text = written.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    written.set(object, text);
  }
  return text;
}

/**
 * The body in the format that was asked for, with the line break that Go's encoder leaves after what is not indented.
 * @throws {ApiError} 406 for protobuf of what has none (Tables)
 */
export function encode(
  body: JsonObject,
  shape: Pick<Shape, 'format' | 'pretty'>,
  kinds: readonly Kind[] = [],
): Uint8Array {
  if (shape.format === 'protobuf') return protobuf(body, kinds);
  if (shape.format === 'yaml') return encoder.encode(stringify(body, yamlStyle));
  return encoder.encode(shape.pretty ? JSON.stringify(body, null, 2) : `${jsonText(body)}\n`);
}

/** @throws {ApiError} 406 */
export function protobuf(body: JsonObject, kinds: readonly Kind[]): Uint8Array {
  const bytes = protobufOf(body, kinds);
  if (bytes) return bytes;
  const type = `*v1.${textOf(body['kind'])}`;
  const why = 'does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message';
  throw new ApiError(406, 'NotAcceptable', `object ${type} ${why}`);
}

/** What a verb came to as the body that was asked for: the object, a Table, or metadata alone. */
export function render(call: Call, outcome: Outcome, shape: Shape): JsonObject {
  switch (outcome.type) {
    case 'plain':
      return outcome.body;
    case 'object':
      if (shape.as === 'PartialObjectMetadataList') throw wrongShape(shape.as, 'not a list', `core.${call.kind.kind}`);
      return renderObject(call, outcome.object, shape);
    case 'list':
      if (shape.as === 'PartialObjectMetadata') throw wrongShape(shape.as, 'a list', `core.${call.kind.kind}List`);
      return renderList(call, outcome.list, shape);
    default:
      return outcome satisfies never;
  }
}

function wrongShape(asked: string, is: string, type: string): ApiError {
  return new ApiError(406, 'NotAcceptable', `you requested ${asked}, but the requested object is ${is} (*${type})`);
}

function renderObject(call: Call, object: KubeObject, shape: Shape): JsonObject {
  switch (shape.as) {
    case 'object':
      return object;
    case 'Table':
      return table(call, [object], { resourceVersion: versionOf(object) }, shape, true);
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return partial(object, shape.metaVersion);
    default:
      return shape.as satisfies never;
  }
}

function renderList(call: Call, list: ListOutcome, shape: Shape): JsonObject {
  const metadata = {
    resourceVersion: list.resourceVersion,
    ...(list.continueToken === undefined ? {} : { continue: list.continueToken }),
    ...(list.remaining === undefined ? {} : { remainingItemCount: list.remaining }),
  };
  const { kind } = call;
  switch (shape.as) {
    case 'object':
      return {
        kind: `${kind.kind}List`,
        apiVersion: apiVersionOf(kind),
        metadata,
        items: list.objects.map(({ kind: _kind, apiVersion: _apiVersion, ...item }): JsonObject => item),
      };
    case 'Table':
      return table(call, list.objects, metadata, shape, true);
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${shape.metaVersion}`,
        metadata,
        // Go writes a list that was never begun as null.
        items: list.objects.length === 0 ? null : list.objects.map((object) => partial(object, shape.metaVersion)),
      };
    default:
      return shape.as satisfies never;
  }
}

export function partial(object: KubeObject, version: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

export function table(
  call: Call,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  shape: Shape,
  withColumns: boolean,
): JsonObject {
  const { columns, cells } = call.kind.table;
  const nowMs = call.cluster.clock.now();
  const include = includeObject(call);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${shape.metaVersion}`,
    metadata,
    columnDefinitions: withColumns
      ? columns.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority }))
      : null,
    rows: objects.map((object) => ({
      cells: [...cells(object, nowMs)],
      object: rowObject(object, include, shape.metaVersion),
    })),
  };
}

function includeObject({ query }: Call): string {
  const given = query.get('includeObject') ?? '';
  if (['', 'None', 'Metadata', 'Object'].includes(given)) return given;
  const values = "must be 'Metadata', 'Object', 'None', or empty";
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(given)}: ${values}`,
  );
}

function rowObject(object: KubeObject, include: string, version: string): Json {
  if (include === 'None') return null;
  return include === 'Object' ? object : partial(object, version);
}
