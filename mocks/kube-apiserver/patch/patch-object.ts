import { jsonOf, nodeOf } from '../decode/json-node.ts';
import { type JsonNode, JsonSyntaxError, parseJson } from '../decode/json-text.ts';
import { type BodyRequest, type Decoded, fieldValidation } from '../decode/request.ts';
import { notRegistered, typeMetaOf } from '../decode/type-meta.ts';
import { withKind } from '../decode/body.ts';
import { decodeTyped, repeatedFields, TypeMismatch, type Wording } from '../decode/typed.ts';
import { isArray, type Json, type JsonObject, objectOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ApiError, badRequest, invalid } from '../status.ts';
import { goFormat } from './go-format.ts';
import { jsonPatch, wrongOperations } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMergePatch } from './strategic.ts';

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json';

const maxOperations = 10_000;

/**
 * The live object with the request's patch applied, decoded again as its kind.
 * @throws {ApiError} 400 for a patch that cannot be read, 422 for one that does not fit the object.
 */
export function patchObject(request: BodyRequest, type: PatchType, live: KubeObject): Decoded {
  const text = new TextDecoder().decode(request.body);
  const { kind } = request;
  switch (type) {
    case 'application/json-patch+json': {
      const operations = operationsOf(readPatch(text, 'error decoding patch: '));
      const patched = objectOf(jsonPatch(live, operations));
      return typedResult(request, patched, [], () => JSON.stringify(patched), 'decoder');
    }
    case 'application/merge-patch+json': {
      const node = mapOf(readPatch(text, 'error decoding patch: '), 'error decoding patch: ');
      const patched = objectOf(mergePatch(live, jsonOf(node)));
      return typedResult(request, patched, repeatedFields(node), () => JSON.stringify(patched), 'decoder');
    }
    case 'application/strategic-merge-patch+json': {
      const node = mapOf(readPatch(text, ''), '');
      const patch = objectOf(jsonOf(node));
      const patched = strategicMergePatch(kind.schema, live, patch);
      return typedResult(request, patched, repeatedFields(node), () => goFormat(patch), 'converter');
    }
    default:
      return type satisfies never;
  }
}

function readPatch(text: string, prefix: string): JsonNode {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof JsonSyntaxError ? badRequest(`${prefix}${error.message}`) : error;
  }
}

function mapOf(node: JsonNode, prefix: string): JsonNode {
  if (node.type === 'object' || node.type === 'null') return node;
  throw badRequest(`${prefix}json: cannot unmarshal ${node.type} into Go value of type map[string]interface {}`);
}

function operationsOf(node: JsonNode): Json {
  if (node.type !== 'array' && node.type !== 'null') {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${node.type} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  const operations = jsonOf(node);
  const wrong = wrongOperations(operations);
  if (wrong !== undefined) throw badRequest(`error decoding patch: ${wrong}`);
  if (isArray(operations) && operations.length > maxOperations) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`,
    );
  }
  return operations;
}

function typedResult(
  request: BodyRequest,
  patched: JsonObject,
  duplicates: readonly string[],
  shown: () => string,
  wording: Wording,
): Decoded {
  const { kind } = request;
  const refused = (why: string): ApiError =>
    invalid({ group: '', version: '', kind: '', plural: '' }, '', [
      { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(shown())}: ${why}`, field: 'patch' },
    ]);
  const node = nodeOf(patched);
  const given = typeMetaOf(node, kind);
  if ('error' in given) throw refused(given.error);
  if (given.kind !== kind.kind || given.group !== kind.group || given.version !== kind.version) {
    throw refused(notRegistered(given));
  }
  try {
    const { value, strict } = decodeTyped(node, kind.schema, wording);
    const all = [...new Set([...duplicates, ...strict])];
    const validation = fieldValidation(request);
    if (validation === 'Strict' && all.length > 0) throw refused(`strict decoding error: ${all.join(', ')}`);
    return { object: withKind(value, kind), warnings: validation === 'Warn' ? all : [] };
  } catch (error) {
    throw error instanceof TypeMismatch ? refused(error.message) : error;
  }
}
