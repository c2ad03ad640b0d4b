import type { Clock } from '../../../src/clock.ts';
import type { KubeObject } from '../kind.ts';
import type { Change, Snapshot, Store } from '../store/store.ts';

/** How far a watch cache is behind the store: in time, or in changes of its resource. */
export type Lag = { readonly ms: number } | { readonly events: number };

/**
 * What the API server knows of one resource without asking etcd: reads at resourceVersion 0 and watches are served from
 * it, so that all of them may be behind. Without a lag it shows what the store holds.
 */
export interface WatchCache {
  /** Revision up to which it has heard. */
  revision(): number;
  get(key: string): KubeObject | undefined;
  list(prefix: string): Snapshot;
  /** Changes after a revision that it has heard of, oldest first. */
  changesSince(revision: number): readonly Change[];
  /** Tells of each later change when it hears of it. */
  subscribe(listener: (change: Change) => void): () => void;
  /** Takes effect on what is held back already. */
  setLag(lag: Lag | undefined): void;
  /** Ends its timer. */
  close(): void;
}

interface Pending {
  readonly change: Change;
  readonly at: number;
}

export function createWatchCache(store: Store, resource: string, clock: Clock): WatchCache {
  const listeners = new Set<(change: Change) => void>();
  let pending: Pending[] = [];
  let lag: Lag | undefined;
  let cancelTimer: () => void = () => undefined;

  /** How many of those that are held back are due. */
  function due(): number {
    if (lag === undefined) return pending.length;
    if ('events' in lag) return Math.max(0, pending.length - lag.events);
    const latest = clock.monotonic() - lag.ms;
    const first = pending.findIndex(({ at }) => at > latest);
    return first < 0 ? pending.length : first;
  }

  function hearOf(count: number): void {
    const heard = pending.slice(0, count);
    pending = pending.slice(count);
    for (const { change } of heard) for (const listener of listeners) listener(change);
  }

  function catchUp(): void {
    cancelTimer();
    hearOf(due());
    const [next] = pending;
    if (!next || lag === undefined || 'events' in lag) return;
    cancelTimer = clock.after(next.at + lag.ms - clock.monotonic(), catchUp);
  }

  /** A state that the store has forgotten cannot be shown: the cache is then as far as the compaction. */
  function skipForgotten(): void {
    const [oldest] = pending;
    if (!oldest || oldest.change.revision > store.compactedTo()) return;
    hearOf(pending.filter(({ change }) => change.revision <= store.compactedTo()).length);
  }

  const revision = (): number => {
    skipForgotten();
    const [next] = pending;
    return next ? next.change.revision - 1 : store.revision();
  };

  store.subscribe(resource, (change) => {
    if (lag === undefined) {
      for (const listener of listeners) listener(change);
      return;
    }
    pending.push({ change, at: clock.monotonic() });
    if (pending.length === 1 || 'events' in lag) catchUp();
  });

  return {
    revision,
    get(key) {
      skipForgotten();
      const hidden = pending.find(({ change }) => change.key === key);
      return hidden ? hidden.change.previous : store.get(resource, key);
    },
    list: (prefix) => store.list(resource, prefix, revision()),
    changesSince(from) {
      const upTo = revision();
      const changes = store.changesSince(resource, from);
      return pending.length === 0 ? changes : changes.filter((change) => change.revision <= upTo);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    setLag(next) {
      lag = next;
      catchUp();
    },
    close: () => cancelTimer(),
  };
}
