import { trackUpdate } from '../apply/track.ts';
import { find, isDryRun, keyOf, resourceOf, save, storedKind, type Call } from '../cluster.ts';
import { decodeBody } from '../decode/body.ts';
import { listOf, objectOf, sameJson, textOf, type Json } from '../json.ts';
import type { KubeObject, RequestContext } from '../kind.ts';
import { finalizersOf, isTerminating, nameOf, timestamp, uidOf, versionOf, withMetadata } from '../metadata.ts';
import { ApiError, badRequest, conflict, invalid, notFound } from '../status.ts';
import { createObject } from './create.ts';
import { specFinalizers } from './delete.ts';
import type { Outcome } from './outcome.ts';
import { allocate, fieldManager, requestContext } from './request-context.ts';
import { checkWriteOptions } from './write-options.ts';

export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** PUT of an object or of its status. */
export function update(call: Call): Outcome {
  checkWriteOptions(call, 'update');
  const { object: decoded, warnings } = decodeBody(call);
  const { kind, name } = call;
  const object = atItsPath(call, decoded);
  const live = find(call);
  const track = (next: KubeObject): KubeObject =>
    trackUpdate({
      kind,
      object: next,
      live,
      manager: fieldManager(call),
      subresource: call.subresource,
      now: timestamp(call.cluster.clock.now()),
    });
  if (!live) {
    if (!kind.createsOnPut) throw notFound(kind, name);
    checkUid(call, object, undefined);
    return createObject(call, object, warnings, track);
  }
  checkUid(call, object, live);
  return replace(call, live, object, warnings, track);
}

/** The object in the namespace of the path. @throws {ApiError} 400 where the path names another object. */
export function atItsPath({ kind, name, namespace }: Call, object: KubeObject): KubeObject {
  const given = nameOf(object);
  if (given === '') throw badRequest('name must be provided');
  if (given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
  if (!kind.namespaced) return withMetadata(object, { namespace: undefined });
  const own = textOf(object.metadata['namespace']);
  if (own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return withMetadata(object, { namespace });
}

/** A PUT of another incarnation of the object is refused by the storage. */
function checkUid({ kind, name, namespace }: Call, object: KubeObject, live: KubeObject | undefined): void {
  const uid = uidOf(object);
  const stored = live ? uidOf(live) : '';
  if (uid === '' || uid === stored) return;
  const key = ['/registry', registryOf(kind.plural), namespace, name].filter((part) => part !== '').join('/');
  throw conflict(
    kind,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored}`,
  );
}

/** Where etcd holds the objects of a kind. */
function registryOf(plural: string): string {
  if (plural === 'services') return 'services/specs';
  if (plural === 'endpoints') return 'services/endpoints';
  return plural === 'nodes' ? 'minions' : plural;
}

/**
 * What PUT and PATCH share once the new object is known: preconditions, what the server keeps, the kind's rules, and a
 * write only when something changed. The last finalizer of a deleted object takes the object with it.
 */
export function replace(
  call: Call,
  live: KubeObject,
  next: KubeObject,
  warnings: readonly string[],
  track: (object: KubeObject) => KubeObject,
): Outcome {
  const { cluster, kind, name } = call;
  const { strategy } = kind;
  const context = requestContext(call);
  kind.authorizeWrite?.(call, strategy.defaults(next), live);
  checkVersion(call, live, next);
  let object = track(strategy.defaults(next));
  object = keepServerFields(object, live);
  if (call.subresource === '') object = allocate(call, object, live);
  object = prepared(call, object, live, context);
  const errors =
    call.subresource === 'status' ? strategy.validateStatusUpdate(object, live) : strategy.validateUpdate(object, live);
  if (errors.length > 0) throw invalid(storedKind(kind), name, errors);
  const all = [...warnings, ...(call.subresource === '' ? (strategy.warnings?.(object, live) ?? []) : [])];
  if (unchanged(object, live)) return { type: 'object', status: 200, object: live, warnings: all };
  if (isDryRun(call.query)) return { type: 'object', status: 200, object, warnings: all };
  if (isTerminating(live) && isReleased(object) && !isReleased(live)) {
    cluster.store.remove(resourceOf(kind), keyOf(kind, call.namespace, name));
    return { type: 'object', status: 200, object, warnings: all };
  }
  return { type: 'object', status: 200, object: save(cluster, kind, object), warnings: all };
}

function prepared(call: Call, object: KubeObject, live: KubeObject, context: RequestContext): KubeObject {
  const { strategy } = call.kind;
  switch (call.subresource) {
    case 'status':
      return strategy.prepareStatusUpdate(object, live, context);
    case 'finalize':
      // Only the finalizers of a namespace's spec can change here.
      return {
        ...withMetadata(live, { managedFields: object.metadata['managedFields'] }),
        spec: object['spec'] ?? {},
      };
    default:
      return strategy.prepareUpdate(object, live, context);
  }
}

/** Whether no finalizer, of the metadata or of a namespace's spec, holds the object. */
function isReleased(object: KubeObject): boolean {
  return finalizersOf(object).length === 0 && specFinalizers(object).length === 0;
}

function checkVersion(call: Call, live: KubeObject, next: KubeObject): void {
  const { kind, name } = call;
  const version = versionOf(next);
  if (version === '' || version === '0') {
    if (kind.unconditionalUpdate) return;
    // Named by the resource here, not by the kind.
    throw invalid({ ...kind, kind: kind.plural }, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  }
  if (!/^\d+$/.test(version)) throw new ApiError(500, '', `strconv.ParseUint: parsing "${version}": invalid syntax`);
  if (version !== versionOf(live)) throw conflict(kind, name, modified);
}

/** What no client can change, or what it need not repeat. */
function keepServerFields(object: KubeObject, live: KubeObject): KubeObject {
  const kept = (key: string): Json | undefined => live.metadata[key];
  return withMetadata(object, {
    uid: object.metadata['uid'] ?? kept('uid'),
    resourceVersion: kept('resourceVersion'),
    generation: kept('generation'),
    creationTimestamp: kept('creationTimestamp'),
    deletionTimestamp: kept('deletionTimestamp') ?? object.metadata['deletionTimestamp'],
    deletionGracePeriodSeconds: object.metadata['deletionGracePeriodSeconds'] ?? kept('deletionGracePeriodSeconds'),
    selfLink: undefined,
  });
}

/** Whether a write would change nothing but the times in managedFields. */
function unchanged(object: KubeObject, live: KubeObject): boolean {
  return (
    sameJson(withMetadata(object, { managedFields: undefined }), withMetadata(live, { managedFields: undefined })) &&
    sameOwnership(object, live)
  );
}

function sameOwnership(object: KubeObject, live: KubeObject): boolean {
  const timeless = (each: KubeObject): Json[] =>
    listOf(each.metadata['managedFields']).map((entry) => ({ ...objectOf(entry), time: null }));
  return sameJson(timeless(object), timeless(live));
}
