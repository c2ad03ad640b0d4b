import { PorticoError } from '../errors.ts';
import type { ResourceId } from '../graph/resource.ts';

/**
 * What Services know of the graph that all share: which of its resources exist, and for which zones it holds something.
 * The cluster pass writes it, Service passes wait on it: a step that refers to a shared resource waits for just that.
 */
export interface SharedGraph {
  /** Zones of the shared graph once it was looked at; before that undefined. */
  readonly zones: readonly string[] | undefined;
  /** How many machines its groups had when the last pass ended; undefined before, or where it has no groups. */
  readonly members: number | undefined;
  /** Whether the last pass failed. */
  readonly fails: boolean;
  /** Resolves when the graph was looked at; rejects with why that failed. */
  looked(signal: AbortSignal): Promise<readonly string[]>;
  /** Resolves when all the ids exist; rejects when a cluster pass that began after this call ended without them. */
  exist(ids: readonly ResourceId[], signal: AbortSignal): Promise<void>;

  /** For the cluster pass: gives the number of the pass. */
  begin(): number;
  observed(zones: readonly string[], ids: Iterable<ResourceId>): void;
  made(id: ResourceId): void;
  removed(id: ResourceId): void;
  end(pass: number, error: PorticoError | undefined, members: number | undefined): void;
}

interface Waiter {
  readonly met: () => boolean;
  readonly missing: () => string;
  /** Passes that had begun when the waiting began. */
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** `request` asks for a cluster pass. */
export function sharedGraph(request: () => void): SharedGraph {
  const existing = new Set<ResourceId>();
  const waiters = new Set<Waiter>();
  let zones: readonly string[] | undefined;
  let members: number | undefined;
  let begun = 0;
  let running = false;
  /** Why the last pass failed; its retry is under way, so nobody needs to ask for another. */
  let failure: PorticoError | undefined;

  const settle = (): void => {
    for (const waiter of waiters) {
      if (!waiter.met()) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
  };

  const until = async (met: () => boolean, missing: () => string, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (met()) return;
    if (failure) throw failure;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { met, missing, since: begun, resolve, reject };
    const stop = (): void =>
      reject(new PorticoError('aborted', 'Stopped before it was done.', { cause: signal.reason }));
    waiters.add(waiter);
    signal.addEventListener('abort', stop, { once: true });
    // A pass that runs may still bring it; if not, its end asks for another.
    if (!running) request();
    try {
      await promise;
    } finally {
      waiters.delete(waiter);
      signal.removeEventListener('abort', stop);
    }
  };

  return {
    get zones() {
      return zones;
    },
    get members() {
      return members;
    },
    get fails() {
      return failure !== undefined;
    },
    looked: async (signal) => {
      await until(
        () => zones !== undefined,
        () => 'its state',
        signal,
      );
      return zones ?? [];
    },
    exist: (ids, signal) =>
      until(
        () => ids.every((id) => existing.has(id)),
        () => ids.filter((id) => !existing.has(id)).join(', '),
        signal,
      ),
    begin: () => {
      begun += 1;
      running = true;
      return begun;
    },
    observed: (seen, ids) => {
      zones = seen;
      existing.clear();
      for (const id of ids) existing.add(id);
      settle();
    },
    made: (id) => {
      existing.add(id);
      settle();
    },
    removed: (id) => {
      existing.delete(id);
    },
    end: (pass, error, counted) => {
      members = counted;
      failure = error;
      running = false;
      let unserved = false;
      for (const waiter of waiters) {
        if (waiter.since >= pass && !error) {
          unserved = true;
          continue;
        }
        waiters.delete(waiter);
        waiter.reject(
          error ??
            new PorticoError('transient', `The graph shared by all Services does not have ${waiter.missing()} yet.`),
        );
      }
      if (unserved) request();
    },
  };
}
