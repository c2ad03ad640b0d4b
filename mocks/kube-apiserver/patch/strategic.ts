import { isArray, isObject, listOf, sameJson, textOf, without, type Json, type JsonObject } from '../json.ts';
import type { Field, ObjectSchema, Schema } from '../schema/schema.ts';
import { ApiError, badRequest } from '../status.ts';
import { goFormat } from './go-format.ts';
import { ordered } from './element-order.ts';

/**
 * Strategic merge: objects merge by key; lists merge by the merge key of the schema, or as sets of scalars, or are
 * replaced. Directives: `$patch` (delete, replace, merge), `$deleteFromPrimitiveList/…`, `$setElementOrder/…`, `$retainKeys`.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMergePatch(schema: ObjectSchema, document: JsonObject, patch: JsonObject): JsonObject {
  return mergeObject(document, patch, schema);
}

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/** An error that the real server does not foresee: 500 without a reason. */
function unforeseen(message: string): ApiError {
  return new ApiError(500, '', message);
}

function mergeObject(document: JsonObject, given: JsonObject, schema: Schema | undefined): JsonObject {
  const directive = given['$patch'];
  if (directive !== undefined) {
    if (directive === 'replace') return withoutDirectives(without(given, '$patch'));
    if (directive === 'delete') return {};
    throw unforeseen(`unknown patch type: ${goFormat(directive)} in map: ${goFormat(given)}`);
  }
  const result: Record<string, Json> = { ...retained(document, given) };
  const patch: Record<string, Json> = { ...without(given, '$retainKeys') };
  for (const key of Object.keys(patch).filter((each) => each.startsWith(orderPrefix))) {
    applyOrder(result, patch, key, schema);
  }
  for (const [written, value] of Object.entries(patch)) {
    const deleting = written.startsWith(deletePrefix);
    const key = deleting ? written.slice(deletePrefix.length) : written;
    const current = Object.hasOwn(result, key) ? result[key] : undefined;
    if (value === null) delete result[key];
    else if (deleting) {
      if (isArray(current)) result[key] = current.filter((item) => !listOf(value).includes(item));
    } else result[key] = mergeValue(current, value, fieldOf(schema, key));
  }
  return result;
}

function retained(document: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch['$retainKeys'];
  if (keys === undefined) return document;
  if (!isArray(keys)) throw badRequest('invalid patch format of retainKeys directive');
  const missing = Object.entries(patch).some(
    ([key, value]) => !key.startsWith('$') && value !== null && !keys.includes(key),
  );
  // Unlike a directive of the wrong form, and without saying why.
  if (missing) throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  return Object.fromEntries(Object.entries(document).filter(([key]) => keys.includes(key)));
}

function fieldOf(
  schema: Schema | undefined,
  key: string,
): Pick<Field, 'schema' | 'patchStrategy' | 'mergeKey'> | undefined {
  if (schema?.type === 'object') return Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
  return schema?.type === 'map' ? { schema: schema.values } : undefined;
}

function mergeValue(current: Json | undefined, patch: Json, field: ReturnType<typeof fieldOf>): Json {
  const strategy = field?.patchStrategy ?? '';
  if (isObject(current) && isObject(patch)) {
    return strategy.startsWith('replace') ? withoutDirectives(patch) : mergeObject(current, patch, field?.schema);
  }
  if (isArray(current) && isArray(patch) && strategy.startsWith('merge')) return mergeList(current, patch, field);
  return withoutDirectives(patch);
}

function mergeList(
  current: readonly Json[],
  patch: readonly Json[],
  field: ReturnType<typeof fieldOf>,
): readonly Json[] {
  if (current.length === 0 && patch.length === 0) return current;
  const objects = [...current, ...patch].filter(isObject).length;
  if (objects === 0) {
    const merged = [...new Set([...current, ...patch])];
    return ordered(merged, patch, current, undefined);
  }
  if (objects < current.length + patch.length) throw unforeseen('lists of mixed types cannot be merged');
  const key = field?.mergeKey;
  if (key === undefined) throw unforeseen('cannot merge lists without merge key');
  const items = field?.schema.type === 'list' ? field.schema.items : undefined;
  const { kept, replaced, rest } = specialElements(current.filter(isObject), patch.filter(isObject), key);
  if (replaced) return rest.map(withoutDirectives);
  const merged: JsonObject[] = [...kept];
  for (const item of rest) {
    if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
    const index = merged.findIndex((each) => each[key] === item[key]);
    const found = merged[index];
    if (found) merged[index] = mergeObject(found, item, items);
    else merged.push(withoutDirectives(item));
  }
  return ordered(merged, rest, kept, key);
}

function noMergeKey(item: JsonObject, key: string): ApiError {
  return unforeseen(`map: ${goFormat(item)} does not contain declared merge key: ${key}`);
}

interface Special {
  readonly kept: readonly JsonObject[];
  readonly rest: readonly JsonObject[];
  readonly replaced: boolean;
}

/** Carries out `{"$patch": "delete", key: …}` and finds `{"$patch": "replace"}`. */
function specialElements(current: readonly JsonObject[], patch: readonly JsonObject[], key: string): Special {
  let kept = current;
  let replaced = false;
  const rest: JsonObject[] = [];
  for (const item of patch) {
    if (item['$patch'] === undefined) {
      rest.push(item);
      continue;
    }
    switch (textOf(item['$patch'])) {
      case 'delete':
        if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
        kept = kept.filter((each) => each[key] !== item[key]);
        break;
      case 'replace':
        replaced = true;
        break;
      case 'merge':
        throw unforeseen('merging lists cannot yet be specified in the patch');
      default:
        throw unforeseen(`unknown patch type: ${textOf(item['$patch'])} in map: ${goFormat(item)}`);
    }
  }
  return { kept, rest, replaced };
}

/** `$setElementOrder/ports` merges the list of the same patch and brings the outcome into that order. */
function applyOrder(
  result: Record<string, Json>,
  patch: Record<string, Json>,
  directive: string,
  schema: Schema | undefined,
): void {
  const key = directive.slice(orderPrefix.length);
  const order = patch[directive];
  delete patch[directive];
  if (!isArray(order)) throw badRequest('invalid patch format of setElementOrder list');
  const field = fieldOf(schema, key);
  const before = listOf(result[key]);
  const change = patch[key];
  if (result[key] === undefined && !isArray(change)) return;
  if (change !== undefined && !isArray(change)) return;
  if (change !== undefined) checkOrder(change, order, field?.mergeKey);
  const merged = change === undefined ? before : mergeList(before, change, field);
  delete patch[key];
  const deleted = listOf(patch[`${deletePrefix}${key}`]);
  delete patch[`${deletePrefix}${key}`];
  const kept = deleted.length === 0 ? merged : merged.filter((item) => !deleted.includes(item));
  result[key] = ordered(kept, order, before, field?.mergeKey);
}

/** What a patch sends must stand in its own order list, in the same order. */
function checkOrder(change: readonly Json[], order: readonly Json[], mergeKey: string | undefined): void {
  if (order.length === 0 || change.length === 0) return;
  const sent = change.filter((item) => !(isObject(item) && item['$patch'] !== undefined));
  const identity = (item: Json): Json | undefined => {
    if (mergeKey === undefined || !isObject(item)) return item;
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    return item[mergeKey];
  };
  let next = 0;
  for (const item of order) {
    const waiting = sent[next];
    if (waiting === undefined) return;
    if (sameJson(identity(waiting), identity(item))) next += 1;
  }
  if (next >= sent.length) return;
  const [patch, wanted] = [goFormat(change), goFormat(order)];
  throw unforeseen(`The order in patch list:\n${patch}\n doesn't match $setElementOrder list:\n${wanted}\n`);
}

/** A value taken over whole: without directives and without the nulls that would delete. */
function withoutDirectives<T extends Json>(value: T): T;
function withoutDirectives(value: Json): Json {
  if (isArray(value)) {
    return value
      .filter((item) => !(isObject(item) && item['$patch'] !== undefined))
      .map((item) => withoutDirectives(item));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, child]) => child !== null && !isDirective(key))
      .map(([key, child]) => [key, withoutDirectives(child)]),
  );
}

function isDirective(key: string): boolean {
  return key === '$patch' || key === '$retainKeys' || key.startsWith(orderPrefix) || key.startsWith(deletePrefix);
}
