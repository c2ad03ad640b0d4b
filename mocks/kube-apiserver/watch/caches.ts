import type { Clock } from '../../../src/clock.ts';
import { isForMethod } from '../../faults.ts';
import { resourceOf } from '../cluster.ts';
import type { KubeFaultRule } from '../fault-effects.ts';
import type { Kind } from '../kind.ts';
import { qualifiedPlural } from '../status.ts';
import type { Store } from '../store/store.ts';
import { createWatchCache, type Lag, type WatchCache } from './cache.ts';

/** The watch caches of one API server, one for each stored resource. */
export interface WatchCaches {
  of(kind: Kind): WatchCache;
  /** Each cache lags as the first rule says that is for a read of its resource; without one not at all. */
  setLags(rules: readonly KubeFaultRule[]): void;
}

export function createWatchCaches(
  store: Store,
  kinds: readonly Kind[],
  clock: Clock,
  closing: AbortSignal,
): WatchCaches {
  const caches = new Map(
    Array.from(new Set(kinds.map(resourceOf)), (resource) => [resource, createWatchCache(store, resource, clock)]),
  );
  closing.addEventListener('abort', () => caches.forEach((cache) => cache.close()), { once: true });
  return {
    of(kind) {
      const cache = caches.get(resourceOf(kind));
      if (!cache) throw new Error(`${kind.plural} is not among the kinds of this server`);
      return cache;
    },
    setLags(rules) {
      for (const [resource, cache] of caches) {
        const shownAs = kinds.filter((kind) => resourceOf(kind) === resource);
        cache.setLag(shownAs.map((kind) => lagOf(kind, rules)).find((lag) => lag !== undefined));
      }
    },
  };
}

function lagOf(kind: Kind, rules: readonly KubeFaultRule[]): Lag | undefined {
  for (const { match, effect } of rules) {
    if (effect.type !== 'lag') continue;
    if (['get', 'list', 'watch'].some((verb) => isForMethod(match, `${qualifiedPlural(kind)}.${verb}`))) return effect;
  }
  return undefined;
}
