import { setTimeout as timeout } from 'node:timers/promises';

/**
 * The only source of time and chance. Everything that waits, stamps or jitters takes one of these, so that a whole
 * cluster and its cloud can run in one thread under a virtual clock and a seed.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. May jump; use it for stamps people read. */
  now(): number;
  /** Milliseconds that never go back; use it for durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `callback` once after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void;
  /** A number in [0, 1). */
  random(): number;
}

/** A timer longer than this fires at once in Node; longer waits are cut to it. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    try {
      await timeout(Math.min(Math.max(ms, 0), longestTimer), undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimer));
    return () => {
      clearTimeout(timer);
    };
  },
  random: () => Math.random(),
};
