import { trackUpdate } from '../apply/track.ts';
import { find, isDryRun, keyOf, resourceOf, save, type Call } from '../cluster.ts';
import { decodeBody } from '../decode/body.ts';
import { listOf, objectOf, sameJson, textOf, type Json } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { finalizersOf, isTerminating, nameOf, timestamp, uidOf, versionOf, withMetadata } from '../metadata.ts';
import { badRequest, conflict, invalid, notFound } from '../status.ts';
import { createObject } from './create.ts';
import type { Outcome } from './outcome.ts';
import { allocate, fieldManager, requestContext } from './request-context.ts';

export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** PUT of an object or of its status. */
export function update(call: Call): Outcome {
  const { object: decoded, warnings } = decodeBody(call);
  const { kind, name, namespace } = call;
  const given = nameOf(decoded);
  if (given !== '' && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
  if (given === '') throw badRequest('name must be provided');
  const bodyNamespace = textOf(decoded.metadata['namespace']);
  if (bodyNamespace !== '' && bodyNamespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const object = kind.namespaced ? withMetadata(decoded, { namespace }) : decoded;
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
    return createObject(call, object, warnings, track);
  }
  return replace(call, live, object, warnings, track);
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
  checkPreconditions(call, live, next);
  let object = track(strategy.defaults(next));
  object = keepServerFields(object, live);
  if (call.subresource === '') object = allocate(call, object, live);
  object =
    call.subresource === 'status'
      ? strategy.prepareStatusUpdate(object, live, context)
      : strategy.prepareUpdate(object, live, context);
  const errors = [
    ...newFinalizers(object, live),
    ...(call.subresource === 'status'
      ? strategy.validateStatusUpdate(object, live)
      : strategy.validateUpdate(object, live)),
  ];
  if (errors.length > 0) throw invalid(kind, name, errors);
  const all = [...warnings, ...(call.subresource === '' ? (strategy.warnings?.(object, live) ?? []) : [])];
  if (unchanged(object, live)) return { type: 'object', status: 200, object: live, warnings: all };
  if (isDryRun(call.query)) return { type: 'object', status: 200, object, warnings: all };
  if (isTerminating(live) && finalizersOf(object).length === 0 && finalizersOf(live).length > 0) {
    cluster.store.remove(resourceOf(kind), keyOf(kind, call.namespace, name));
    return { type: 'object', status: 200, object, warnings: all };
  }
  return { type: 'object', status: 200, object: save(cluster, kind, object), warnings: all };
}

function checkPreconditions(call: Call, live: KubeObject, next: KubeObject): void {
  const { kind, name } = call;
  const uid = uidOf(next);
  if (uid !== '' && uid !== uidOf(live)) {
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(live)}`);
  }
  const version = versionOf(next);
  if (version === '' || version === '0') {
    if (kind.unconditionalUpdate) return;
    throw invalid(kind, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  }
  if (version !== versionOf(live)) throw conflict(kind, name, modified);
}

/** What no client can change. */
function keepServerFields(object: KubeObject, live: KubeObject): KubeObject {
  const kept = (key: string): Json | undefined => live.metadata[key];
  return withMetadata(object, {
    generateName: object.metadata['generateName'] ?? kept('generateName'),
    uid: kept('uid'),
    resourceVersion: kept('resourceVersion'),
    generation: kept('generation'),
    creationTimestamp: kept('creationTimestamp'),
    deletionTimestamp: kept('deletionTimestamp'),
    deletionGracePeriodSeconds: kept('deletionGracePeriodSeconds'),
    selfLink: undefined,
  });
}

/** An object that is being deleted takes no new finalizers. */
function newFinalizers(object: KubeObject, live: KubeObject): FieldError[] {
  if (!isTerminating(live)) return [];
  const old = new Set(finalizersOf(live));
  const added = finalizersOf(object).filter((finalizer) => !old.has(finalizer));
  if (added.length === 0) return [];
  const list = `["${added.join('", "')}"]`;
  return [
    {
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${list.slice(1, -1)}}`,
      field: 'metadata.finalizers',
    },
  ];
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
