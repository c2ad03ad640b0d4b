import { stringify, type Tags } from 'yaml';
import { apiVersionOf } from './api-version.ts';
import type { Call } from './cluster.ts';
import { emptyObject } from './decode/typed.ts';
import type { Json, JsonObject } from './json.ts';
import type { Kind, KubeObject } from './kind.ts';
import { versionOf, withMetadata } from './metadata.ts';
import type { Shape } from './negotiate.ts';
import type { ListOutcome, Outcome } from './rest/outcome.ts';
import { ApiError, badRequest } from './status.ts';
import type { WatchEvent } from './watch/watch.ts';

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

/** The body in the format that was asked for, with the line break that Go's encoder leaves. */
export function encode(body: JsonObject, shape: Pick<Shape, 'format' | 'pretty'>): Uint8Array {
  if (shape.format === 'yaml') return encoder.encode(stringify(body, yamlStyle));
  return encoder.encode(shape.pretty ? `${JSON.stringify(body, null, 2)}\n` : `${jsonText(body)}\n`);
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

function partial(object: KubeObject, version: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

function table(
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

/** Writes a batch of watch events as lines of JSON, in the shape that was asked for. */
export function createEventWriter(call: Call, shape: Shape): (events: readonly WatchEvent[]) => Uint8Array {
  let withColumns = true;
  const line = (event: WatchEvent): string => {
    if (event.type === 'ERROR') return `{"type":"ERROR","object":${JSON.stringify(event.status)}}\n`;
    const object = event.type === 'BOOKMARK' ? bookmark(call.kind, event) : event.object;
    if (shape.as === 'object') return `{"type":"${event.type}","object":${jsonText(object)}}\n`;
    const body =
      shape.as === 'Table'
        ? table(call, [object], { resourceVersion: versionOf(object) }, shape, withColumns)
        : partial(object, shape.metaVersion);
    withColumns = false;
    return `{"type":"${event.type}","object":${JSON.stringify(body)}}\n`;
  };
  return (events) => encoder.encode(events.map(line).join(''));
}

function bookmark(kind: Kind, event: WatchEvent & { readonly type: 'BOOKMARK' }): KubeObject {
  return withMetadata(emptyObject(kind), {
    resourceVersion: event.resourceVersion,
    creationTimestamp: undefined,
    ...(event.initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  });
}
