import type { KubeObject } from '../kind.ts';
import type { Change } from './store.ts';

/** The objects of one resource, sorted by key, with the changes that led to them. */
export interface Collection {
  get(key: string): KubeObject | undefined;
  list(prefix: string, revision: number): readonly KubeObject[];
  /** Answers the revision up to which history had to be dropped to stay within the limit, or 0. */
  commit(change: Change, historyLimit: number): number;
  changesSince(revision: number): readonly Change[];
  subscribe(listener: (change: Change) => void): () => void;
  compact(revision: number): void;
}

export function createCollection(): Collection {
  const objects = new Map<string, KubeObject>();
  const listeners = new Set<(change: Change) => void>();
  let keys: string[] = [];
  let history: Change[] = [];

  /** Index of the first key that is not less than `key`. */
  function position(sorted: readonly string[], key: string): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function firstAfter(revision: number): number {
    let low = 0;
    let high = history.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((history[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function present(prefix: string): KubeObject[] {
    const found: KubeObject[] = [];
    for (let index = position(keys, prefix); index < keys.length; index++) {
      const key = keys[index];
      if (key === undefined || !key.startsWith(prefix)) break;
      const object = objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  /** Undoes the later changes, newest first. */
  function past(prefix: string, revision: number): KubeObject[] {
    const state = new Map([...objects].filter(([key]) => key.startsWith(prefix)));
    const first = firstAfter(revision);
    for (let index = history.length - 1; index >= first; index--) {
      const change = history[index];
      if (!change?.key.startsWith(prefix)) continue;
      if (change.previous) state.set(change.key, change.previous);
      else state.delete(change.key);
    }
    return [...state].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  return {
    get: (key) => objects.get(key),
    list: (prefix, revision) => (firstAfter(revision) === history.length ? present(prefix) : past(prefix, revision)),
    commit(change, historyLimit) {
      const { key, object } = change;
      if (object) {
        if (!objects.has(key)) keys.splice(position(keys, key), 0, key);
        objects.set(key, object);
      } else {
        objects.delete(key);
        keys.splice(position(keys, key), 1);
      }
      history.push(change);
      let dropped = 0;
      // Dropping a tenth at a time keeps the cost per write constant.
      if (history.length > historyLimit * 1.1) {
        dropped = history[history.length - historyLimit - 1]?.revision ?? 0;
        history = history.slice(-historyLimit);
      }
      for (const listener of listeners) listener(change);
      return dropped;
    },
    changesSince: (revision) => history.slice(firstAfter(revision)),
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    compact(revision) {
      history = history.slice(firstAfter(revision));
    },
  };
}
