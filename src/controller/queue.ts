import type { Clock } from '../clock.ts';

/** How long a key waits after failures in a row: `first` milliseconds, then twice as long each time, up to `longest`. */
export interface Pace {
  readonly first: number;
  readonly longest: number;
}

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
  /**
   * Has `workers` workers call `work` for key after key, until the signal is aborted; resolves when the last of them is
   * done. `work` must not reject.
   */
  run(workers: number, work: (key: string) => Promise<void>, signal: AbortSignal): Promise<void>;
}

interface Delayed {
  readonly at: number;
  readonly cancel: () => void;
}

export function workQueue(clock: Clock): WorkQueue {
  /** In the order in which they became ready; a Set keeps it and drops from its front in constant time. */
  const ready = new Set<string>();
  const running = new Set<string>();
  const again = new Set<string>();
  const delayed = new Map<string, Delayed>();
  const failures = new Map<string, number>();
  const idle: (() => void)[] = [];

  const add = (key: string): void => {
    delayed.get(key)?.cancel();
    delayed.delete(key);
    if (running.has(key)) {
      again.add(key);
      return;
    }
    if (ready.has(key)) return;
    ready.add(key);
    idle.shift()?.();
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

  const take = async (signal: AbortSignal): Promise<string | undefined> => {
    while (!signal.aborted) {
      for (const key of ready) {
        ready.delete(key);
        running.add(key);
        return key;
      }
      await new Promise<void>((resolve) => {
        idle.push(resolve);
      });
    }
    return undefined;
  };

  const done = (key: string): void => {
    running.delete(key);
    if (again.delete(key)) add(key);
  };

  const worker = async (work: (key: string) => Promise<void>, signal: AbortSignal): Promise<void> => {
    for (let key = await take(signal); key !== undefined; key = await take(signal)) {
      try {
        await work(key);
      } finally {
        done(key);
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
