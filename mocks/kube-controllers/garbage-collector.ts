import type { Clock } from '../../src/clock.ts';
import { resourceOf } from '../kube-apiserver/cluster.ts';
import type { Kind, KubeObject } from '../kube-apiserver/kind.ts';
import {
  finalizersOf,
  isTerminating,
  nameOf,
  namespaceOf,
  ownersOf,
  type OwnerReference,
  uidOf,
  withMetadata,
} from '../kube-apiserver/metadata.ts';
import type { ClusterClient, Resource } from './client.ts';
import { workQueue } from './work-queue.ts';

const delayMs = 4;
const foreground = 'foregroundDeletion';
const orphan = 'orphan';

interface Node {
  readonly resource: Resource;
  readonly key: string;
}

/**
 * Deletion along ownerReferences: what none of its owners is left for goes too. An owner that is deleted in the
 * foreground waits for the dependents that block it; one that is deleted as `orphan` first lets go of all of them.
 */
export function runGarbageCollector(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const dependents = new Map<string, Map<string, Node>>();
  const byKind = new Map(client.kinds.map((kind) => [`${groupVersion(kind)} ${kind.kind}`, kind]));
  const queue = workQueue(clock, signal, delayMs, (item) => {
    const place = item.indexOf(' ');
    look({ resource: item.slice(0, place) as Resource, key: item.slice(place + 1) });
  });
  const idOf = ({ resource, key }: Node): string => `${resource} ${key}`;
  const read = ({ resource, key }: Node): KubeObject | undefined => {
    const [first = '', second] = key.split('/');
    return second === undefined ? client.get(resource, '', first) : client.get(resource, first, second);
  };
  const dependentsOf = (uid: string): readonly { readonly node: Node; readonly object: KubeObject }[] =>
    [...(dependents.get(uid)?.values() ?? [])].flatMap((node) => {
      const object = read(node);
      return object && ownersOf(object).some((owner) => owner.uid === uid) ? [{ node, object }] : [];
    });

  function link(node: Node, before: KubeObject | undefined, after: KubeObject | undefined): void {
    for (const { uid } of before ? ownersOf(before) : []) {
      dependents.get(uid)?.delete(idOf(node));
      if (dependents.get(uid)?.size === 0) dependents.delete(uid);
    }
    for (const { uid } of after ? ownersOf(after) : []) {
      const all = dependents.get(uid) ?? new Map<string, Node>();
      dependents.set(uid, all.set(idOf(node), node));
    }
  }

  function seen(node: Node, before: KubeObject | undefined, after: KubeObject | undefined): void {
    link(node, before, after);
    if (after && (ownersOf(after).length > 0 || isHeld(after))) queue.add(idOf(node));
    if (!before) return;
    if (!after) for (const each of dependents.get(uidOf(before))?.values() ?? []) queue.add(idOf(each));
    // Owners that wait for this one look again.
    if (!after || !blocks(after)) for (const owner of ownersOf(before)) addOwner(owner, namespaceOf(before));
  }

  function addOwner(reference: OwnerReference, namespace: string): void {
    const kind = byKind.get(`${reference.apiVersion} ${reference.kind}`);
    if (!kind) return;
    const resource = resourceOf(kind) as Resource;
    const owner = client.get(resource, namespace, reference.name);
    if (owner && isHeld(owner)) {
      queue.add(idOf({ resource, key: kind.namespaced ? `${namespace}/${reference.name}` : reference.name }));
    }
  }

  function look(node: Node): void {
    const object = read(node);
    if (!object) return;
    const finalizers = finalizersOf(object);
    if (isTerminating(object) && finalizers.includes(orphan)) return release(node, object);
    if (isTerminating(object) && finalizers.includes(foreground)) return deleteDependents(node, object);
    if (!isTerminating(object) && ownersOf(object).length > 0) collect(node, object);
  }

  /** An owner of a kind that is not served cannot be judged, so it counts as there. */
  function stateOf(reference: OwnerReference, namespace: string): 'there' | 'waiting' | 'gone' {
    const kind = byKind.get(`${reference.apiVersion} ${reference.kind}`);
    if (!kind) return 'there';
    const owner = client.get(resourceOf(kind) as Resource, namespace, reference.name);
    if (!owner || uidOf(owner) !== reference.uid) return 'gone';
    return isTerminating(owner) && finalizersOf(owner).includes(foreground) ? 'waiting' : 'there';
  }

  function collect({ resource }: Node, object: KubeObject): void {
    const owners = ownersOf(object).map((owner) => ({ owner, state: stateOf(owner, namespaceOf(object)) }));
    const there = owners.filter(({ state }) => state === 'there');
    if (there.length === owners.length) return;
    if (there.length > 0) {
      client.update(resource, withMetadata(object, { ownerReferences: there.map(({ owner }) => owner.json) }));
      return;
    }
    const waited = owners.some(({ state }) => state === 'waiting') && dependentsOf(uidOf(object)).length > 0;
    client.delete(resource, object, { propagation: waited ? 'Foreground' : policyOf(object) });
  }

  function deleteDependents({ resource }: Node, owner: KubeObject): void {
    const all = dependentsOf(uidOf(owner));
    for (const { node, object } of all) if (!isTerminating(object)) queue.add(idOf(node));
    const blocked = all.some(({ object }) =>
      ownersOf(object).some(({ uid, blockOwnerDeletion }) => uid === uidOf(owner) && blockOwnerDeletion),
    );
    if (!blocked) client.update(resource, withoutFinalizer(owner, foreground));
  }

  function release({ resource }: Node, owner: KubeObject): void {
    for (const { node, object } of dependentsOf(uidOf(owner))) {
      const others = ownersOf(object).filter(({ uid }) => uid !== uidOf(owner));
      const ownerReferences = others.length > 0 ? others.map(({ json }) => json) : undefined;
      client.update(node.resource, withMetadata(object, { ownerReferences }));
    }
    client.update(resource, withoutFinalizer(owner, orphan));
  }

  for (const kind of client.kinds) {
    const resource = resourceOf(kind) as Resource;
    for (const object of client.list(resource)) {
      const key = kind.namespaced ? `${namespaceOf(object)}/${nameOf(object)}` : nameOf(object);
      seen({ resource, key }, undefined, object);
    }
    client.watch(resource, ({ key, object, previous }) => seen({ resource, key }, previous, object));
  }
}

function groupVersion({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`;
}

function isHeld(object: KubeObject): boolean {
  return isTerminating(object) && finalizersOf(object).some((each) => each === foreground || each === orphan);
}

function blocks(object: KubeObject): boolean {
  return ownersOf(object).some((owner) => owner.blockOwnerDeletion);
}

/** A dependent that asks for a certain way of deletion by its finalizers gets it. */
function policyOf(object: KubeObject): 'Orphan' | 'Foreground' | 'Background' {
  const finalizers = finalizersOf(object);
  if (finalizers.includes(orphan)) return 'Orphan';
  return finalizers.includes(foreground) ? 'Foreground' : 'Background';
}

function withoutFinalizer(object: KubeObject, name: string): KubeObject {
  const finalizers = finalizersOf(object).filter((each) => each !== name);
  return withMetadata(object, { finalizers: finalizers.length > 0 ? finalizers : undefined });
}
