import type { Clock } from '../clock.ts';

/** How long a key waits after failures in a row: `first` milliseconds, then twice as long each time, up to `longest`. */
export interface Pace {
  readonly first: number;
  readonly longest: number;
}

export type Work = (key: string, waitedMs: number) => Promise<void>;

/**
 * A queue of keys. A key is in it once however often it is added, and is never worked on twice at once: what is added
 * during its work runs once more after. Of two times for one key the earlier wins.
 */
export interface WorkQueue {
  add(key: string): void;
  addAfter(key: string, ms: number): void;
  /** Adds the key with growing, jittered delay, and gives the delay in milliseconds. */
  retry(key: string, pace: Pace): number;
  /** Forgets the key's failures. */
  forget(key: string): void;
  /** Keys that may run now and do not. */
  readonly depth: number;
  readonly running: number;
  /** Keys that wait for a time. */
  readonly delayed: number;
  /** Keys that were tried again and have not been forgotten since. */
  readonly failing: number;
  /**
   * Has `workers` workers call `work` for key after key, with the milliseconds it was due, until the signal is aborted;
   * resolves when the last of them is done. `work` must not reject.
   */
  run(workers: number, work: Work, signal: AbortSignal): Promise<void>;
}

/** Told what happens to keys, for metrics. Milliseconds. */
export interface QueueObserver {
  /** A key became due that was not. */
  added(): void;
  /** A key was put back after a failure. */
  retried(): void;
  /** Work on a key begins, so long after it became due. */
  started(waitedMs: number): void;
  finished(workedMs: number): void;
}

export const noQueueObserver: QueueObserver = {
  added: () => undefined,
  retried: () => undefined,
  started: () => undefined,
  finished: () => undefined,
};

interface Delayed {
  readonly at: number;
  readonly cancel: () => void;
}

interface Due {
  readonly key: string;
  readonly since: number;
}

export function workQueue(clock: Clock, observer: QueueObserver = noQueueObserver): WorkQueue {
  /** Since when each is due, in the order in which they became so; a Map keeps it and drops from its front in constant time. */
  const ready = new Map<string, number>();
  const running = new Set<string>();
  /** Due during their own work, and since when. */
  const again = new Map<string, number>();
  const delayed = new Map<string, Delayed>();
  const failures = new Map<string, number>();
  const idle: (() => void)[] = [];

  const makeReady = (key: string, since: number): void => {
    ready.set(key, since);
    idle.shift()?.();
  };

  const add = (key: string): void => {
    delayed.get(key)?.cancel();
    delayed.delete(key);
    if (ready.has(key) || again.has(key)) return;
    observer.added();
    if (running.has(key)) again.set(key, clock.monotonic());
    else makeReady(key, clock.monotonic());
  };

  const addAfter = (key: string, ms: number): void => {
    if (ms <= 0) {
      add(key);
      return;
    }
    if (ready.has(key) || again.has(key)) return;
    const at = clock.monotonic() + ms;
    const known = delayed.get(key);
    if (known && known.at <= at) return;
    known?.cancel();
    delayed.set(key, { at, cancel: clock.after(ms, () => add(key)) });
  };

  const take = async (signal: AbortSignal): Promise<Due | undefined> => {
    while (!signal.aborted) {
      for (const [key, since] of ready) {
        ready.delete(key);
        running.add(key);
        return { key, since };
      }
      await new Promise<void>((resolve) => {
        idle.push(resolve);
      });
    }
    return undefined;
  };

  const done = (key: string): void => {
    running.delete(key);
    const since = again.get(key);
    if (since === undefined) return;
    again.delete(key);
    makeReady(key, since);
  };

  const worker = async (work: Work, signal: AbortSignal): Promise<void> => {
    for (let due = await take(signal); due !== undefined; due = await take(signal)) {
      const begun = clock.monotonic();
      const waited = begun - due.since;
      observer.started(waited);
      try {
        await work(due.key, waited);
      } finally {
        observer.finished(clock.monotonic() - begun);
        done(due.key);
      }
    }
  };

  return {
    add,
    addAfter,
    retry: (key, { first, longest }) => {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      const full = Math.min(longest, first * 2 ** Math.min(before, 30));
      const ms = full * (0.5 + clock.random() / 2);
      observer.retried();
      addAfter(key, ms);
      return ms;
    },
    forget: (key) => {
      failures.delete(key);
    },
    get depth() {
      return ready.size;
    },
    get running() {
      return running.size;
    },
    get delayed() {
      return delayed.size;
    },
    get failing() {
      return failures.size;
    },
    run: async (workers, work, signal) => {
      const wake = (): void => {
        for (const resolve of idle.splice(0)) resolve();
        for (const { cancel } of delayed.values()) cancel();
        delayed.clear();
      };
      signal.addEventListener('abort', wake, { once: true });
      await Promise.all(Array.from({ length: workers }, () => worker(work, signal)));
    },
  };
}
