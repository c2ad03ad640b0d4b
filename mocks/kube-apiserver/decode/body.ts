import { apiVersionOf } from '../api-version.ts';
import { isObject, type JsonObject } from '../json.ts';
import { canonicalObject } from '../schema/canonical.ts';
import { objectMeta } from '../schema/meta.ts';
import { ApiError, badRequest } from '../status.ts';
import { jsonOf, nodeOf } from './json-node.ts';
import { type JsonNode, JsonSyntaxError, parseJson } from './json-text.ts';
import { readProtobuf } from './protobuf.ts';
import { type BodyRequest, type Decoded, fieldValidation } from './request.ts';
import { checkKind, type TypeMeta, typeMetaOf, unhandled, unreadableKind } from './type-meta.ts';
import { decodeTyped, TypeMismatch } from './typed.ts';
import { readYaml } from './yaml.ts';

const formats = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

interface Source {
  readonly node: JsonNode;
  /** Repeated keys that only the text shows. */
  readonly strict: readonly string[];
}

/**
 * The object that a POST or PUT carries, in canonical form: JSON, YAML or protobuf, of the kind of the path.
 * @throws {ApiError} 400 for what cannot be read or is of another kind, 415 for another format.
 */
export function decodeBody(request: BodyRequest): Decoded {
  const { kind, body } = request;
  const unrecognized = (why: string): ApiError =>
    badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${summary(body)})`);
  const { node, strict } = readBody(request, unrecognized);
  return typedObject(request, node, strict, unrecognized);
}

/** The options that a DELETE carries in its body. @throws {ApiError} as `decodeBody` */
export function decodeOptions(request: BodyRequest): JsonObject {
  const { node } = readBody(request, badRequest);
  const given = typeMetaOf(node, { kind: 'DeleteOptions', group: '', version: 'v1' });
  if ('error' in given) throw badRequest(given.error);
  const options = jsonOf(node);
  return isObject(options) ? options : {};
}

function readBody(request: BodyRequest, unrecognized: (why: string) => ApiError): Source {
  const { body } = request;
  const format = (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() || formats[0];
  switch (format) {
    case 'application/json':
      return { node: readJson(body, unrecognized), strict: [] };
    case 'application/yaml': {
      const read = readYaml(new TextDecoder().decode(body));
      if ('error' in read) throw unrecognized(read.error);
      const node = nodeOf(read.value);
      const unreadable = unreadableKind(node);
      if (unreadable !== undefined) throw unrecognized(`couldn't get version/kind; json parse error: ${unreadable}`);
      return { node, strict: repeated(read.duplicates) };
    }
    case 'application/vnd.kubernetes.protobuf': {
      const { kind } = request;
      if (kind.keptAsGiven && !kind.protobufBody) throw unknownFormat(formats.slice(0, 2));
      const schema = kind.protobufBody ?? kind.schema;
      const read = readProtobuf(body, { ...kind, schema }, request.cluster.kinds);
      if ('error' in read) throw unrecognized(read.error);
      // Go writes what says nothing too; what is kept as given is kept without it.
      const object = kind.protobufBody ? canonicalObject(read.object, schema) : read.object;
      return { node: nodeOf(object), strict: [] };
    }
    default:
      throw unknownFormat(formats);
  }
}

function unknownFormat(accepted: readonly string[]): ApiError {
  const known = `accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - ${known}`);
}

export function repeated(duplicates: readonly string[]): readonly string[] {
  return duplicates.length === 0
    ? []
    : [`yaml: unmarshal errors:\n${duplicates.map((each) => `  ${each}`).join('\n')}`];
}

function readJson(body: Uint8Array, unrecognized: (why: string) => ApiError): JsonNode {
  const failed = (why: string): ApiError => unrecognized(`couldn't get version/kind; json parse error: ${why}`);
  try {
    const node = parseJson(new TextDecoder().decode(body));
    const unreadable = unreadableKind(node);
    if (unreadable !== undefined) throw failed(unreadable);
    return node;
  } catch (error) {
    throw error instanceof JsonSyntaxError ? failed(error.message) : error;
  }
}

function typedObject(
  request: BodyRequest,
  node: JsonNode,
  found: readonly string[],
  unrecognized: (why: string) => ApiError,
): Decoded {
  const { kind, cluster } = request;
  const given = typeMetaOf(node, kind);
  if ('error' in given) throw unrecognized(given.error);
  const wrongKind = checkKind(given, kind, cluster.kinds);
  if (wrongKind) throw wrongKind;
  try {
    const typed = decodeTyped(node, kind.schema);
    const strict = [...new Set([...found, ...typed.strict])];
    const validation = fieldValidation(request);
    if (validation === 'Strict' && strict.length > 0) {
      throw unhandled(given, kind, `strict decoding error: ${strict.join(', ')}`);
    }
    return { object: withKind(typed.value, kind), warnings: validation === 'Warn' ? strict : [] };
  } catch (error) {
    throw error instanceof TypeMismatch ? unhandled(given, kind, error.message) : error;
  }
}

/** Completes a decoded value: kind and version are those of the path, metadata is there. */
export function withKind(value: JsonObject, kind: TypeMeta): Decoded['object'] {
  const metadata = value['metadata'];
  return {
    ...value,
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    metadata: isObject(metadata) ? metadata : decodeTyped({ type: 'null' }, objectMeta).value,
  };
}

/** The start of a body as errors show it: text when it looks like JSON, else hexadecimal. */
function summary(body: Uint8Array): string {
  if (body.length === 0) return '<empty>';
  const start = body.subarray(0, 30);
  const shown = start[0] === 0x7b ? new TextDecoder().decode(start) : Buffer.from(start).toString('hex');
  return body.length > 30 ? `${shown} ...` : shown;
}
