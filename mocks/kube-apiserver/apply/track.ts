import { isArray, isObject, type JsonObject } from '../json.ts';
import type { Kind, KubeObject } from '../kind.ts';
import { apiVersionOf } from '../api-version.ts';
import { canonicalObject } from '../schema/canonical.ts';
import { type FieldSet, isEmptySet, union, withoutSubtrees } from './field-set.ts';
import { capped, disowned, managedFieldsOf, type Manager, managersOf, sameManager } from './managers.ts';
import { compare } from './typed-value.ts';

export interface UpdateToTrack {
  readonly kind: Kind;
  /** The new object after defaulting, before the server's own changes. */
  readonly object: KubeObject;
  readonly live: KubeObject | undefined;
  readonly manager: string;
  readonly subresource: string;
  /** RFC 3339 in whole seconds. */
  readonly now: string;
}

/** Metadata that nobody owns. */
const unowned: readonly (readonly string[])[] = [
  ['f:apiVersion'],
  ['f:kind'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((key) => ['f:metadata', `f:${key}`]),
];

/** Without metadata that nobody owns, and without what a write to this endpoint does not change. */
export function ownable(fields: FieldSet, kind: Kind, subresource: string): FieldSet {
  const hasStatus = kind.subresources.some(({ name }) => name === 'status');
  const ignored = subresource === 'status' ? [['f:spec']] : hasStatus ? [['f:status']] : [];
  const stripped = withoutSubtrees(fields, [...unowned, ...ignored]);
  const metadata = stripped.children.get('f:metadata');
  // What stripping left bare is not owned either.
  return metadata && metadata.member && metadata.children.size === 0
    ? withoutSubtrees(stripped, [['f:metadata']])
    : stripped;
}

/**
 * The object with managedFields brought up to date after a create, update or patch: the writer owns what it changed,
 * others lose it. `[]` or `[{}]` in the request makes everyone forget, and tracking starts again with the next apply.
 */
export function trackUpdate({ kind, object, live, manager, subresource, now }: UpdateToTrack): KubeObject {
  const given = object.metadata['managedFields'];
  const before = live?.metadata['managedFields'];
  const untouched = managersOf(given).length === 0;
  if (live && subresource === '' && isReset(given)) return withManagers(object, []);
  const managers = managersOf(subresource !== '' || untouched ? before : given);
  if (live && managers.length === 0) return withManagers(object, []);
  const was = bare(live ?? emptyOf(kind), kind);
  const { added, modified, removed } = compare(was, bare(live ? object : undeleted(object), kind), kind.schema);
  const changed = ownable(union(added, modified), kind, subresource);
  const gone = ownable(removed, kind, subresource);
  const self = { name: manager, operation: 'Update', apiVersion: apiVersionOf(kind), subresource } as const;
  const others = disowned(disowned(managers, union(changed, gone)), gone);
  const mine = others.find((each) => sameManager(each, self));
  if (isEmptySet(changed)) return withManagers(object, others);
  const updated: Manager = { ...self, time: now, fields: mine ? union(mine.fields, changed) : changed };
  return withManagers(object, capped([...others.filter((each) => each !== mine), updated]));
}

/** A new object is not being deleted, whatever its body says. */
function undeleted(object: KubeObject): KubeObject {
  const { deletionTimestamp: _time, deletionGracePeriodSeconds: _seconds, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function isReset(managedFields: unknown): boolean {
  if (!isArray(managedFields as JsonObject[])) return false;
  const list = managedFields as readonly unknown[];
  const [first] = list;
  return list.length === 0 || (list.length === 1 && isObject(first) && Object.keys(first).length === 0);
}

/** The object as ownership sees it: canonical, without managedFields. */
export function bare(object: JsonObject, kind: Kind): JsonObject {
  const { managedFields: _managedFields, ...metadata } = isObject(object['metadata']) ? object['metadata'] : {};
  return canonicalObject({ ...object, metadata }, kind.schema);
}

export function emptyOf(kind: Kind): JsonObject {
  return canonicalObject({}, kind.schema);
}

export function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const { managedFields: _old, ...metadata } = object.metadata;
  const managedFields = managedFieldsOf(managers);
  return { ...object, metadata: managedFields ? { ...metadata, managedFields } : metadata };
}
