import { find, keyOf, resourceOf, save, shown, prefixOf, type Call } from '../cluster.ts';
import { at, listOf, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import {
  finalizersOf,
  isTerminating,
  nameOf,
  namespaceOf,
  timestamp,
  uidOf,
  versionOf,
  withMetadata,
} from '../metadata.ts';
import { conflict, detailsJson, forbidden, notFound } from '../status.ts';
import { parseDeleteOptions, type DeleteOptions } from './delete-options.ts';
import { parseListOptions } from './list-options.ts';
import type { Outcome } from './outcome.ts';

/** DELETE of one object: gone at once, or marked while finalizers or a grace period hold it. */
export function deleteOne(call: Call): Outcome {
  const options = parseDeleteOptions(call);
  const live = find(call);
  if (!live) throw notFound(call.kind, call.name);
  checkPreconditions(call, live, options);
  const why = call.kind.undeletable?.(live);
  if (why !== undefined) throw forbidden(call.kind, call.name, why);
  const { object, gone } = remove(call, live, options);
  if (call.kind.deleteAnswer === 'object' || !gone) return { type: 'object', status: 200, object };
  return {
    type: 'plain',
    status: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: detailsJson({ name: call.name, group: call.kind.group, kind: call.kind.plural, uid: uidOf(live) }),
    },
  };
}

/** DELETE of a collection: each object that the selectors choose; answers them as they were. */
export function deleteCollection(call: Call): Outcome {
  const options = parseDeleteOptions(call);
  const { matches } = parseListOptions(call, false);
  const { cluster, kind } = call;
  const resourceVersion = String(cluster.store.revision());
  const { objects } = cluster.store.list(resourceOf(kind), prefixOf(kind, call.namespace));
  const chosen = objects.map((object) => shown(kind, object)).filter(matches);
  for (const object of chosen) remove({ ...call, namespace: namespaceOf(object) }, object, options);
  return { type: 'list', list: { resourceVersion, objects: chosen } };
}

function checkPreconditions(call: Call, live: KubeObject, options: DeleteOptions): void {
  const { kind, name } = call;
  if (options.uid !== '' && options.uid !== uidOf(live)) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uidOf(live)}`,
    );
  }
  if (options.resourceVersion !== '' && options.resourceVersion !== versionOf(live)) {
    throw conflict(
      kind,
      name,
      `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${versionOf(live)}`,
    );
  }
}

interface Removed {
  readonly object: KubeObject;
  readonly gone: boolean;
}

/** Deletes or marks one object; also what garbage collection and namespace deletion call. */
export function remove(
  call: Pick<Call, 'cluster' | 'kind' | 'namespace'>,
  live: KubeObject,
  options: DeleteOptions,
): Removed {
  const { cluster, kind } = call;
  const finalizers = finalizersAfter(live, options);
  const holdsContent = kind.holdsContent?.(live) ?? false;
  const asked = kind.graceSeconds?.(live, options.graceSeconds) ?? 0;
  const held = finalizers.length > 0 || holdsContent || asked > 0;
  if (!held) {
    const last = kind.graceSeconds ? mark(cluster.clock.now(), kind, live, finalizers, asked) : live;
    if (options.dryRun) return { object: last, gone: true };
    // Where there could have been a grace period, the object is marked first even when it goes at once.
    if (last !== live) save(cluster, kind, last);
    cluster.store.remove(resourceOf(kind), keyOf(kind, call.namespace, nameOf(live)));
    // Shown at the revision at which it went, as watchers see it.
    return { object: withMetadata(last, { resourceVersion: String(cluster.store.revision()) }), gone: true };
  }
  const marked = mark(cluster.clock.now(), kind, live, finalizers, asked);
  if (marked === live || options.dryRun) return { object: marked, gone: false };
  return { object: save(cluster, kind, marked), gone: false };
}

function finalizersAfter(live: KubeObject, { propagation }: DeleteOptions): readonly string[] {
  const old = finalizersOf(live).filter((each) => each !== 'foregroundDeletion' && each !== 'orphan');
  switch (propagation) {
    case 'Foreground':
      return [...old, 'foregroundDeletion'];
    case 'Orphan':
      return [...old, 'orphan'];
    case 'Background':
      return old;
    case '':
      return finalizersOf(live);
    default:
      return propagation satisfies never;
  }
}

function mark(
  nowMs: number,
  kind: Call['kind'],
  live: KubeObject,
  finalizers: readonly string[],
  graceSeconds: number,
): KubeObject {
  const sameFinalizers = finalizers.join() === finalizersOf(live).join();
  const listed = finalizers.length > 0 ? finalizers : undefined;
  if (isTerminating(live)) {
    const sooner = graceSeconds < Number(live.metadata['deletionGracePeriodSeconds'] ?? 0);
    if (sameFinalizers && !sooner) return live;
    return withMetadata(live, {
      finalizers: listed,
      ...(sooner
        ? { deletionGracePeriodSeconds: graceSeconds, deletionTimestamp: timestamp(nowMs + graceSeconds * 1000) }
        : {}),
    });
  }
  const { generation } = live.metadata;
  const marked = withMetadata(live, {
    finalizers: listed,
    deletionTimestamp: timestamp(nowMs + graceSeconds * 1000),
    deletionGracePeriodSeconds: kind.holdsContent ? undefined : graceSeconds,
    ...(typeof generation === 'number' ? { generation: generation + 1 } : {}),
  });
  return kind.whenDeleting?.(marked) ?? marked;
}

export function specFinalizers(object: KubeObject): readonly string[] {
  return listOf(at(object, 'spec', 'finalizers')).map(textOf);
}
