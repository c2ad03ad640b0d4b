import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../src/clock.ts';

/**
 * A clock whose time stands still until it is moved. Timers fire in the order of their time, those of one time in the
 * order in which they were set, and all that one fires is settled before the next: the same seed and the same calls
 * give the same run. What runs under it must not wait for the real world (sockets, files, real timers).
 */
export interface VirtualClock extends Clock {
  /** How many timers and sleeps are pending. */
  readonly pending: number;
  /** Lets everything run that waits for no timer. */
  settle(): Promise<void>;
  /** Moves time on by `ms`, firing what falls due on the way. */
  advance(ms: number): Promise<void>;
  /** Moves time on, from timer to timer, until `condition` holds; an error when it does not within `limitMs`. */
  until(condition: () => boolean, limitMs?: number): Promise<void>;
  /** Moves time on, from timer to timer, until the promise is settled; an error when it is not within `limitMs`. */
  run<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
}

export interface VirtualClockOptions {
  /** Of `random()`. */
  readonly seed?: number;
  /** Milliseconds since the epoch at the start. */
  readonly epoch?: number;
  /** What it waits for after each timer. Default: a turn of the event loop. */
  readonly settle?: () => Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

const hour = 3_600_000;

export function virtualClock({
  seed = 1,
  epoch = Date.UTC(2026, 0, 1),
  settle = eventLoopTurn,
}: VirtualClockOptions = {}): VirtualClock {
  const timers = new Set<Timer>();
  let heap: Timer[] = [];
  let elapsed = 0;
  let order = 0;

  const next = (): Timer | undefined => {
    while (heap[0] && !timers.has(heap[0])) pop(heap);
    return heap[0];
  };
  const after = (ms: number, fire: () => void): (() => void) => {
    order += 1;
    const timer = { at: elapsed + Math.max(0, ms), order, fire };
    timers.add(timer);
    push(heap, timer);
    return () => {
      timers.delete(timer);
      // What is cancelled would stay until its time comes, for long timers that is for good.
      if (heap.length > 2 * timers.size + 64) heap = [...timers].toSorted((a, b) => (before(a, b) ? -1 : 1));
    };
  };
  const fireNext = async (timer: Timer): Promise<void> => {
    elapsed = timer.at;
    timers.delete(timer);
    timer.fire();
    await settle();
  };
  const until = async (condition: () => boolean, limitMs = hour): Promise<void> => {
    const limit = elapsed + limitMs;
    await settle();
    while (!condition()) {
      const timer = next();
      if (!timer) throw new Error(`Nothing is left to wait for, ${elapsed} ms after the start: ${String(condition)}`);
      if (timer.at > limit) throw new Error(`Not within ${limitMs} ms: ${String(condition)}`);
      await fireNext(timer);
    }
  };

  return {
    get pending() {
      return timers.size;
    },
    now: () => epoch + elapsed,
    monotonic: () => elapsed,
    random: mulberry32(seed),
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = (): void => {
          cancel();
          reject(signal.reason as Error);
        };
        const cancel = after(ms, () => {
          signal.removeEventListener('abort', abort);
          resolve();
        });
        signal.addEventListener('abort', abort, { once: true });
      }),
    settle,
    advance: async (ms) => {
      const limit = elapsed + ms;
      await settle();
      for (let timer = next(); timer && timer.at <= limit; timer = next()) await fireNext(timer);
      elapsed = limit;
    },
    until,
    run: async (promise, limitMs) => {
      let settled = false;
      const mark = (): void => {
        settled = true;
      };
      promise.then(mark, mark);
      await until(() => settled, limitMs);
      return promise;
    },
  };
}

/** A turn of the event loop comes only when all microtasks are done. */
const eventLoopTurn = (): Promise<void> => turn();

/**
 * Enough for what waits for promises alone: a tick comes when all microtasks are done, and costs a tenth of a turn. From
 * time to time a turn all the same, so that others are heard and what is garbage goes.
 */
export function microtasksDone(): () => Promise<void> {
  let count = 0;
  return () => {
    count += 1;
    return count % 1000 === 0 ? eventLoopTurn() : new Promise((resolve) => process.nextTick(resolve));
  };
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (!above || before(above, timer)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    const child = right && left && before(right, left) ? right : left;
    if (!child || before(last, child)) break;
    heap[index] = child;
    index = child === left ? 2 * index + 1 : 2 * index + 2;
  }
  heap[index] = last;
}

/** A small generator of numbers in [0, 1) with 32 bits of state; good enough to jitter with. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
