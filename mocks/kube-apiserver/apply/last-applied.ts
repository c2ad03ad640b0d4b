import { jsonOf } from '../decode/json-node.ts';
import { JsonSyntaxError, parseJson } from '../decode/json-text.ts';
import { at, isObject, type JsonObject, objectOf, textOf } from '../json.ts';
import type { Kind, KubeObject } from '../kind.ts';
import { sortedDeep } from '../patch/json-patch.ts';
import { difference, emptySet, type FieldSet } from './field-set.ts';
import { compare, statedFields } from './typed-value.ts';

/**
 * `kubectl apply --server-side` on objects that were made by client-side apply: what the annotation says was applied
 * belongs to kubectl, whoever is on record for it, and the annotation is kept up to date.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply-to-server-side-apply
 */
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The manager for which all this holds. */
export const kubectl = 'kubectl';

/** Fields of the last client-side apply that still have the value it gave them. */
export function lastAppliedFields(live: KubeObject | undefined, kind: Kind): FieldSet {
  const last = parsed(textOf(at(live?.metadata, 'annotations', annotation)));
  if (!last || !live) return emptySet;
  return difference(statedFields(last, kind.schema), compare(last, live, kind.schema).modified);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = jsonOf(parseJson(text));
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** The annotation as client-side apply would write it, on an object that has one. */
export function withLastApplied(object: KubeObject, applied: JsonObject): KubeObject {
  const annotations = objectOf(object.metadata['annotations']);
  if (textOf(annotations[annotation]) === '') return object;
  const text = `${JSON.stringify(sortedDeep(withoutAnnotation(applied)))}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [annotation]: text } } };
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const metadata = objectOf(applied['metadata']);
  const { annotations } = metadata;
  if (!isObject(annotations)) return applied;
  const { [annotation]: _own, ...rest } = annotations;
  return { ...applied, metadata: { ...metadata, annotations: rest } };
}
