import { isObject, listOf, textOf, type Json, type JsonObject } from './json.ts';
import type { KubeObject } from './kind.ts';

/** Keys of `metadata` in the order in which the real server writes them. */
const order = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const;

export type MetadataKey = (typeof order)[number];

/** The object with metadata fields set, or removed where the value is undefined; keys in their order. */
export function withMetadata(
  object: KubeObject,
  changes: Readonly<Partial<Record<MetadataKey, Json | undefined>>>,
): KubeObject {
  const all: Readonly<Record<string, Json | undefined>> = { ...object.metadata, ...changes };
  const metadata: Record<string, Json> = {};
  for (const key of order) {
    const value = all[key];
    if (value !== undefined) metadata[key] = value;
  }
  return { ...object, metadata };
}

export function nameOf(object: KubeObject): string {
  return textOf(object.metadata['name']);
}

export function namespaceOf(object: KubeObject): string {
  return textOf(object.metadata['namespace']);
}

export function uidOf(object: KubeObject): string {
  return textOf(object.metadata['uid']);
}

export function versionOf(object: KubeObject): string {
  return textOf(object.metadata['resourceVersion']);
}

export function finalizersOf(object: KubeObject): readonly string[] {
  return listOf(object.metadata['finalizers']).map(textOf);
}

export function isTerminating(object: KubeObject): boolean {
  return object.metadata['deletionTimestamp'] !== undefined;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly blockOwnerDeletion: boolean;
  readonly json: JsonObject;
}

export function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return listOf(object.metadata['ownerReferences'])
    .filter(isObject)
    .map((json) => ({
      apiVersion: textOf(json['apiVersion']),
      kind: textOf(json['kind']),
      name: textOf(json['name']),
      uid: textOf(json['uid']),
      blockOwnerDeletion: json['blockOwnerDeletion'] === true,
      json,
    }));
}

/** RFC 3339 in whole seconds, as in creationTimestamp. */
export function timestamp(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}
