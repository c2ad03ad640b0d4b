import type { Clock } from '../../src/clock.ts';
import { isRefusal } from './client.ts';

/** Keys to look at, each once however often it is added, later in time. */
export interface WorkQueue {
  /** Looks at the key after `delayMs` (default: the queue's own), or sooner when it is due sooner anyway. */
  add(key: string, delayMs?: number): void;
  /** Whether the key is waited for. */
  has(key: string): boolean;
  forget(key: string): void;
}

const firstRetryMs = 5;
const longestRetryMs = 60_000;

/**
 * Calls `look` with each key when its time has come. What the server refuses is tried again, later each time; any other
 * error is a defect and is not hidden.
 */
export function workQueue(clock: Clock, signal: AbortSignal, delayMs: number, look: (key: string) => void): WorkQueue {
  const waiting = new Map<string, { readonly dueMs: number; readonly cancel: () => void }>();
  const failures = new Map<string, number>();

  function run(key: string): void {
    waiting.delete(key);
    try {
      look(key);
      failures.delete(key);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      add(key, Math.min(firstRetryMs * 2 ** count, longestRetryMs));
    }
  }

  function add(key: string, inMs = delayMs): void {
    if (signal.aborted) return;
    const dueMs = clock.monotonic() + inMs;
    const present = waiting.get(key);
    if (present && present.dueMs <= dueMs) return;
    present?.cancel();
    waiting.set(key, { dueMs, cancel: clock.after(inMs, () => run(key)) });
  }

  function forget(key: string): void {
    waiting.get(key)?.cancel();
    waiting.delete(key);
    failures.delete(key);
  }

  signal.addEventListener('abort', () => {
    for (const key of waiting.keys()) forget(key);
  });
  return { add, has: (key) => waiting.has(key), forget };
}
