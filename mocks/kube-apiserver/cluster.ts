import type { Clock } from '../../src/clock.ts';
import type { PodRuntime } from '../kube-controllers/pod-runtime.ts';
import type { Auth } from './auth/auth.ts';
import type { Kind, KindName, KubeObject } from './kind.ts';
import { nameOf, namespaceOf } from './metadata.ts';
import type { Resources } from './route.ts';
import type { Store } from './store/store.ts';
import type { WatchCaches } from './watch/caches.ts';

/** The state machine of one cluster: everything a request reads or writes, and nothing of sockets. */
export interface Cluster {
  readonly clock: Clock;
  /** When the server started, on its clock. */
  readonly startedMs: number;
  readonly store: Store;
  readonly caches: WatchCaches;
  readonly kinds: readonly Kind[];
  readonly resources: Resources;
  readonly auth: Auth;
  /** In [0, 1), from the seed: names, addresses, ports and uids are the same in every run. */
  readonly random: () => number;
  /** Whether pods are given their ServiceAccount: only where a controller makes accounts. */
  readonly serviceAccounts: boolean;
  /** What runs pods: has their logs. */
  readonly runtime: PodRuntime | undefined;
}

export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** A request to a resource, taken apart. */
export interface Call {
  readonly cluster: Cluster;
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
  readonly user: User;
  readonly signal: AbortSignal;
}

/** Where the objects of a kind lie in the store. */
export function resourceOf(kind: Kind): string {
  const { group, plural } = kind.storage ?? kind;
  return `${group}/${plural}`;
}

/** What refusals of the stored object's content call it. */
export function storedKind(kind: Kind): KindName {
  return kind.storage ? { ...kind, group: kind.storage.group } : kind;
}

export function keyOf(kind: Kind, namespace: string, name: string): string {
  return kind.namespaced ? `${namespace}/${name}` : name;
}

/** Prefix of the keys of a namespace; of all keys where the namespace is empty. */
export function prefixOf(kind: Kind, namespace: string): string {
  return kind.namespaced && namespace !== '' ? `${namespace}/` : '';
}

/** The stored object as this kind shows it. */
export function shown(kind: Kind, stored: KubeObject): KubeObject {
  return kind.storage ? kind.storage.fromStored(stored) : stored;
}

export function find(call: Pick<Call, 'cluster' | 'kind' | 'namespace' | 'name'>): KubeObject | undefined {
  const { cluster, kind, namespace, name } = call;
  const stored = cluster.store.get(resourceOf(kind), keyOf(kind, namespace, name));
  return stored && shown(kind, stored);
}

export function save(cluster: Cluster, kind: Kind, object: KubeObject): KubeObject {
  const key = keyOf(kind, namespaceOf(object), nameOf(object));
  const stored = cluster.store.put(resourceOf(kind), key, kind.storage ? kind.storage.toStored(object) : object);
  return shown(kind, stored);
}

export function isDryRun(query: URLSearchParams): boolean {
  return query.getAll('dryRun').includes('All');
}

const hex = '0123456789abcdef';

/** A version 4 UUID from the cluster's seed. */
export function newUid(cluster: Pick<Cluster, 'random'>): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replaceAll(/[xy]/g, (place) => {
    const digit = Math.floor(cluster.random() * 16);
    return hex.charAt(place === 'x' ? digit : (digit % 4) + 8);
  });
}

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** Five random letters after `generateName`, which is cut so that the name stays within 63. */
export function generatedName(cluster: Cluster, base: string): string {
  const suffix = Array.from({ length: 5 }, () =>
    suffixLetters.charAt(Math.floor(cluster.random() * suffixLetters.length)),
  );
  return base.slice(0, 58) + suffix.join('');
}
