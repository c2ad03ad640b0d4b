import type { Claim, KubeObject } from '../kind.ts';
import { withMetadata } from '../metadata.ts';
import { createCollection, type Collection } from './collection.ts';

/** One committed write. `object` is missing for a removal, `previous` for a creation. */
export interface Change {
  readonly revision: number;
  readonly key: string;
  readonly object?: KubeObject;
  readonly previous?: KubeObject;
}

export interface Snapshot {
  readonly revision: number;
  /** Ordered by namespace, then name. */
  readonly objects: readonly KubeObject[];
}

export interface Store {
  /** Revision of the last write. Grows with every write of any resource and never goes back. */
  revision(): number;
  /** Oldest revision that is still whole: states and changes before it are gone. */
  compactedTo(): number;
  get(resource: string, key: string): KubeObject | undefined;
  /** The objects whose key begins with `prefix`, now or at an older revision (not older than `compactedTo`). */
  list(resource: string, prefix: string, revision?: number): Snapshot;
  /** Creates or replaces; answers the object with its new resourceVersion. */
  put(resource: string, key: string, object: KubeObject): KubeObject;
  remove(resource: string, key: string): void;
  /** Changes after a revision, oldest first. The revision must not be older than `compactedTo`. */
  changesSince(resource: string, revision: number): readonly Change[];
  /** Tells of every later change, within the write that makes it. */
  subscribe(resource: string, listener: (change: Change) => void): () => void;
  compact(revision: number): void;
  /** Whether an object other than the one named holds the value. */
  taken(pool: string, value: string, byOther: string): boolean;
  resources(): readonly string[];
}

export interface StoreOptions {
  readonly firstRevision?: number;
  /** Changes kept per resource before the oldest are compacted away. */
  readonly historyLimit?: number;
  /** What an object holds of pools of unique values. */
  readonly claims?: (resource: string, object: KubeObject) => readonly Claim[];
}

/** Versioned storage of one cluster, as etcd is to the API server: one revision over all resources, and history. */
export function createStore(options: StoreOptions = {}): Store {
  const { firstRevision = 1, historyLimit = 100_000, claims = () => [] } = options;
  const collections = new Map<string, Collection>();
  const holders = new Map<string, Set<string>>();
  let revision = firstRevision;
  let compacted = 0;

  function collection(resource: string): Collection {
    let found = collections.get(resource);
    if (!found) {
      found = createCollection();
      collections.set(resource, found);
    }
    return found;
  }

  function commit(resource: string, change: Change): void {
    const holder = `${resource}/${change.key}`;
    for (const { pool, value } of change.previous ? claims(resource, change.previous) : []) {
      const held = holders.get(`${pool}/${value}`);
      held?.delete(holder);
      if (held?.size === 0) holders.delete(`${pool}/${value}`);
    }
    for (const { pool, value } of change.object ? claims(resource, change.object) : []) {
      const held = holders.get(`${pool}/${value}`);
      if (held) held.add(holder);
      else holders.set(`${pool}/${value}`, new Set([holder]));
    }
    const dropped = collection(resource).commit(change, historyLimit);
    compacted = Math.max(compacted, dropped);
  }

  return {
    revision: () => revision,
    compactedTo: () => compacted,
    get: (resource, key) => collection(resource).get(key),
    list: (resource, prefix, at = revision) => ({
      revision: at,
      objects: collection(resource).list(prefix, at),
    }),
    put(resource, key, object) {
      revision += 1;
      const previous = collection(resource).get(key);
      const stored = withMetadata(object, { resourceVersion: String(revision) });
      commit(resource, { revision, key, object: stored, ...(previous ? { previous } : {}) });
      return stored;
    },
    remove(resource, key) {
      const previous = collection(resource).get(key);
      if (!previous) return;
      revision += 1;
      commit(resource, { revision, key, previous });
    },
    changesSince: (resource, from) => collection(resource).changesSince(from),
    subscribe: (resource, listener) => collection(resource).subscribe(listener),
    compact(to) {
      compacted = Math.max(compacted, Math.min(to, revision));
      for (const each of collections.values()) each.compact(compacted);
    },
    taken(pool, value, byOther) {
      const held = holders.get(`${pool}/${value}`);
      return held !== undefined && (held.size > 1 || (held.size === 1 && !held.has(byOther)));
    },
    resources: () => [...collections.keys()].toSorted(),
  };
}
