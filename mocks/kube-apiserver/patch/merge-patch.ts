import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import { badRequest } from '../status.ts';
import { sortedKeys } from './json-patch.ts';

/**
 * RFC 7386. Merged objects come out with sorted keys, as they show in the messages of later refusals.
 * @throws {ApiError} 400 when the patch is no object.
 */
export function mergePatch(document: Json, patch: Json): Json {
  if (!isObject(patch)) throw badRequest('Invalid JSON Patch');
  return isObject(document) ? mergeObjects(document, patch) : withoutNulls(patch);
}

function mergeObjects(document: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...document };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else {
      const current = Object.hasOwn(document, key) ? document[key] : undefined;
      result[key] = isObject(value) && isObject(current) ? mergeObjects(current, value) : withoutNulls(value);
    }
  }
  return sortedKeys(result);
}

function withoutNulls(value: Json): Json {
  if (isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, child]) => child !== null);
  return sortedKeys(Object.fromEntries(kept.map(([key, child]) => [key, withoutNulls(child)])));
}
