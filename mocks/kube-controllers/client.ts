import type { Call, Cluster, User } from '../kube-apiserver/cluster.ts';
import { keyOf, prefixOf, resourceOf, shown } from '../kube-apiserver/cluster.ts';
import type { JsonObject } from '../kube-apiserver/json.ts';
import type { Kind, KubeObject } from '../kube-apiserver/kind.ts';
import { podBinding } from '../kube-apiserver/kinds/subresources/binding.ts';
import { nameOf, namespaceOf } from '../kube-apiserver/metadata.ts';
import { create } from '../kube-apiserver/rest/create.ts';
import { remove } from '../kube-apiserver/rest/delete.ts';
import type { DeleteOptions } from '../kube-apiserver/rest/delete-options.ts';
import type { Outcome } from '../kube-apiserver/rest/outcome.ts';
import { update } from '../kube-apiserver/rest/update.ts';
import { ApiError } from '../kube-apiserver/status.ts';

/** `group/plural` as the store names collections: `/pods`, `apps/deployments`. */
export type Resource = `${string}/${string}`;

export interface Seen {
  readonly key: string;
  readonly object: KubeObject | undefined;
  readonly previous: KubeObject | undefined;
}

/**
 * The API as a component beside the server uses it, under its own name. Reads are of the present state (a real
 * component reads its cache, a few milliseconds old); writes go through the server's own rules, so that they are
 * defaulted, validated and owned like anybody's. They are not counted as calls and meet no planted faults: those are
 * for the clients under test.
 */
export interface ClusterClient {
  /** Kinds whose objects the server stores, without those that only show another's. */
  readonly kinds: readonly Kind[];
  kindOf(resource: Resource): Kind;
  get(resource: Resource, namespace: string, name: string): KubeObject | undefined;
  /** All objects, or those of one namespace, by namespace and name. */
  list(resource: Resource, namespace?: string): readonly KubeObject[];
  /** @throws {ApiError} when the server refuses; so do the writes below. */
  create(resource: Resource, object: JsonObject & { readonly metadata: JsonObject }): KubeObject;
  update(resource: Resource, object: KubeObject, subresource?: 'status' | 'finalize'): KubeObject;
  /** `pods/binding`. */
  bind(pod: KubeObject, node: string): void;
  delete(resource: Resource, object: KubeObject, options?: Partial<DeleteOptions>): void;
  /** Tells of every change of a collection, within the write that makes it. */
  watch(resource: Resource, listener: (seen: Seen) => void): void;
}

const plainDelete: DeleteOptions = {
  propagation: 'Background',
  graceSeconds: undefined,
  uid: '',
  resourceVersion: '',
  dryRun: false,
};

/** `program` is what managedFields show; watches end with the signal. */
export function clusterClient(cluster: Cluster, program: string, signal: AbortSignal): ClusterClient {
  const { store } = cluster;
  const kinds = cluster.kinds.filter((kind) => !kind.storage);
  const byResource = new Map(kinds.map((kind) => [resourceOf(kind), kind]));
  const user: User = { name: `system:${program}`, uid: '', groups: ['system:masters'], extra: {} };

  function kindOf(resource: Resource): Kind {
    const kind = byResource.get(resource);
    if (!kind) throw new Error(`The server has no ${resource}.`);
    return kind;
  }

  function callOf(
    kind: Kind,
    object: JsonObject & { readonly metadata: JsonObject },
    name: string,
    subresource: string,
  ): Call {
    const { namespace } = object.metadata;
    const headers: Readonly<Record<string, string>> = { 'content-type': 'application/json', 'user-agent': program };
    return {
      cluster,
      kind,
      namespace: kind.namespaced && typeof namespace === 'string' ? namespace : '',
      name,
      subresource,
      query: new URLSearchParams(),
      header: (header) => headers[header],
      body: new TextEncoder().encode(JSON.stringify(object)),
      user,
      signal,
    };
  }

  function write(
    verb: (call: Call) => Outcome,
    kind: Kind,
    object: JsonObject & { readonly metadata: JsonObject },
    name: string,
    subresource: string,
  ): KubeObject {
    const { group, version } = kind;
    const typed = { ...object, apiVersion: group === '' ? version : `${group}/${version}`, kind: kind.kind };
    const outcome = verb(callOf(kind, typed, name, subresource));
    if (outcome.type !== 'object') throw new Error(`A write to ${kind.plural} answered no object.`);
    return outcome.object;
  }

  return {
    kinds,
    kindOf,
    get(resource, namespace, name) {
      const kind = kindOf(resource);
      const stored = store.get(resource, keyOf(kind, namespace, name));
      return stored && shown(kind, stored);
    },
    list(resource, namespace = '') {
      const kind = kindOf(resource);
      return store.list(resource, prefixOf(kind, namespace)).objects.map((object) => shown(kind, object));
    },
    create: (resource, object) => write(create, kindOf(resource), object, '', ''),
    update: (resource, object, subresource) =>
      write(update, kindOf(resource), object, nameOf(object), subresource ?? ''),
    bind(pod, node) {
      const { name, namespace, uid } = pod.metadata;
      const metadata = { name: name ?? '', namespace: namespace ?? '', uid: uid ?? '' };
      const body = { apiVersion: 'v1', kind: 'Binding', metadata, target: { kind: 'Node', name: node } };
      podBinding.handle?.(callOf(kindOf('/pods'), body, nameOf(pod), 'binding'), 'create');
    },
    delete(resource, object, options = {}) {
      const kind = kindOf(resource);
      const live = store.get(resource, keyOf(kind, namespaceOf(object), nameOf(object)));
      // Another object of that name is not meant.
      if (!live || live.metadata['uid'] !== object.metadata['uid']) return;
      remove({ cluster, kind, namespace: namespaceOf(live) }, live, { ...plainDelete, ...options });
    },
    watch(resource, listener) {
      const unsubscribe = store.subscribe(kindOf(resource) && resource, ({ key, object, previous }) => {
        listener({ key, object, previous });
      });
      signal.addEventListener('abort', unsubscribe, { once: true });
    },
  };
}

/** Whether the server refused because the object is not there, is there already, or has changed. */
export function isRefusal(error: unknown, ...reasons: readonly string[]): boolean {
  return error instanceof ApiError && (reasons.length === 0 || reasons.includes(error.reason));
}
