import { isArray, isObject, sameJson, textOf, type Json, type JsonObject } from '../json.ts';
import { byteOrder } from '../schema/canonical.ts';
import { ApiError } from '../status.ts';

/**
 * RFC 6902 as the API server applies it: `replace` of a missing key sets it, negative indexes count from the end.
 * Objects on the way of an operation come out with sorted keys, as they show in the messages of later refusals.
 * @throws {ApiError} 422 without saying which operation failed, as the real one.
 */
export function jsonPatch(document: Json, operations: Json): Json {
  let result = document;
  for (const operation of isArray(operations) ? operations : []) {
    if (!isObject(operation)) throw refused();
    result = step(result, operation);
  }
  return result;
}

function refused(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

function step(document: Json, operation: JsonObject): Json {
  const path = segments(operation['path']);
  const value = Object.hasOwn(operation, 'value') ? (operation['value'] ?? null) : undefined;
  switch (textOf(operation['op'])) {
    case 'add':
      return change(document, path, (parent, key) => add(parent, key, given(value)));
    case 'remove':
      return change(document, path, remove);
    case 'replace':
      return change(document, path, (parent, key) => replace(parent, key, given(value)));
    case 'move': {
      const from = segments(operation['from']);
      const moved = find(document, from);
      return change(change(document, from, remove), path, (parent, key) => add(parent, key, moved));
    }
    case 'copy': {
      const copied = find(document, segments(operation['from']));
      return change(document, path, (parent, key) => add(parent, key, copied));
    }
    case 'test':
      return test(document, path, value ?? null);
    default:
      throw refused();
  }
}

function given(value: Json | undefined): Json {
  return value ?? null;
}

function segments(path: Json | undefined): readonly string[] {
  if (typeof path !== 'string') throw refused();
  return path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

type Change = (parent: JsonObject | readonly Json[], key: string) => Json;

/** Rebuilds the containers down to the parent of the path's last segment. */
function change(here: Json, path: readonly string[], edit: Change): Json {
  const [key, ...rest] = path;
  if (key === undefined || !(isObject(here) || isArray(here))) throw refused();
  if (rest.length === 0) return sorted(edit(here, key));
  const child = childAt(here, key);
  if (child === undefined || child === null) throw refused();
  const changed = change(child, rest, edit);
  return isArray(here) ? here.with(indexIn(here, key), changed) : sorted({ ...here, [key]: changed });
}

function find(document: Json, path: readonly string[]): Json {
  let here: Json = document;
  for (const key of path) {
    const child: Json | undefined = isObject(here) || isArray(here) ? childAt(here, key) : undefined;
    if (child === undefined) throw refused();
    here = child;
  }
  return here;
}

function test(document: Json, path: readonly string[], expected: Json): Json {
  if (path.length === 0) {
    if (sameJson(document, expected)) return document;
    throw refused();
  }
  return change(document, path, (parent, key) => {
    if (sameJson(childAt(parent, key) ?? null, expected)) return parent;
    throw refused();
  });
}

function childAt(parent: JsonObject | readonly Json[], key: string): Json | undefined {
  if (isArray(parent)) return parent[indexIn(parent, key)];
  return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function indexIn(list: readonly Json[], key: string): number {
  const index = Number(key);
  if (!/^-?\d+$/.test(key) || index >= list.length || index < -list.length) throw refused();
  return index < 0 ? index + list.length : index;
}

function add(parent: JsonObject | readonly Json[], key: string, value: Json): Json {
  if (!isArray(parent)) return { ...parent, [key]: value };
  if (key === '-') return [...parent, value];
  const index = Number(key);
  if (!/^-?\d+$/.test(key) || index > parent.length || index < -parent.length - 1) throw refused();
  return parent.toSpliced(index < 0 ? index + parent.length + 1 : index, 0, value);
}

function remove(parent: JsonObject | readonly Json[], key: string): Json {
  if (isArray(parent)) return parent.toSpliced(indexIn(parent, key), 1);
  if (!Object.hasOwn(parent, key)) throw refused();
  const { [key]: _removed, ...rest } = isObject(parent) ? parent : {};
  return rest;
}

function replace(parent: JsonObject | readonly Json[], key: string, value: Json): Json {
  return isArray(parent) ? parent.with(indexIn(parent, key), value) : { ...parent, [key]: value };
}

function sorted(value: Json): Json {
  return isObject(value) ? sortedKeys(value) : value;
}

export function sortedKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => byteOrder(a, b)));
}

/** With the keys of every object sorted, as Go writes maps. */
export function sortedDeep(value: Json): Json {
  if (isArray(value)) return value.map(sortedDeep);
  if (!isObject(value)) return value;
  return sortedKeys(Object.fromEntries(Object.entries(value).map(([key, child]) => [key, sortedDeep(child)])));
}

/** The operations' own shape, checked before any is applied. Undefined when it is right, else Go's type error. */
export function wrongOperations(operations: Json): string | undefined {
  if (!isArray(operations)) return undefined;
  for (const operation of operations) {
    if (!isObject(operation)) continue;
    for (const key of ['op', 'path', 'from']) {
      const value = operation[key];
      if (value === undefined || value === null || typeof value === 'string') continue;
      return `json: cannot unmarshal ${goKind(value)} into Go struct field jsonPatchOp.${key} of type string`;
    }
  }
  return undefined;
}

function goKind(value: Json): string {
  if (isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return textOf(typeof value);
}
