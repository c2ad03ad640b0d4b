import { isArray, isObject, type Json } from '../json.ts';
import type { JsonNode } from './json-text.ts';

/** The plain value of a tree; of a repeated key the last one counts. */
export function jsonOf(node: JsonNode): Json {
  switch (node.type) {
    case 'null':
      return null;
    case 'bool':
    case 'string':
      return node.value;
    case 'number':
      return Number(node.raw);
    case 'array':
      return node.items.map(jsonOf);
    case 'object':
      return Object.fromEntries(node.entries.map(([key, child]) => [key, jsonOf(child)]));
    default:
      return node satisfies never;
  }
}

/** The tree of a plain value. */
export function nodeOf(value: Json): JsonNode {
  if (value === null) return { type: 'null' };
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'number') return { type: 'number', raw: String(value) };
  if (isArray(value)) return { type: 'array', items: value.map(nodeOf) };
  if (isObject(value)) {
    return { type: 'object', entries: Object.entries(value).map(([key, child]) => [key, nodeOf(child)]) };
  }
  return { type: 'null' };
}

/** The value under a key of an object; the last one when the key is repeated. */
export function childOf(node: JsonNode, key: string): JsonNode | undefined {
  return node.type === 'object' ? node.entries.findLast(([name]) => name === key)?.[1] : undefined;
}
