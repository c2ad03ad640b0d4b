import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PorticoError } from '../../src/errors.ts';
import { type WorkQueue, workQueue } from '../../src/controller/queue.ts';
import { retryAfter } from '../../src/controller/retry.ts';
import { virtualClock } from '../virtual-clock.ts';

type Action =
  | { readonly at: number; readonly key: string; readonly kind: 'add' }
  | { readonly at: number; readonly key: string; readonly kind: 'later'; readonly ms: number };

const key = fc.constantFrom('a', 'b', 'c');
const actions = fc.array(
  fc.oneof(
    fc.record({ at: fc.integer({ min: 0, max: 100 }), key, kind: fc.constant('add' as const) }),
    fc.record({
      at: fc.integer({ min: 0, max: 100 }),
      key,
      kind: fc.constant('later' as const),
      ms: fc.integer({ min: 0, max: 60 }),
    }),
  ),
  { maxLength: 30 },
);

/**
 * When a key must begin, by the rules alone and for a worker that is always free: each add makes the key due at a time; of
 * several the earliest counts; what is due during the key's work begins when that ends.
 */
function model(list: readonly Action[], work: number): number[] {
  const starts: number[] = [];
  let due: number | undefined;
  let busyUntil = -1;
  const runDue = (now: number): void => {
    while (due !== undefined && Math.max(due, busyUntil) <= now) {
      const begin = Math.max(due, busyUntil);
      starts.push(begin);
      busyUntil = begin + work;
      due = undefined;
    }
  };
  for (const action of list) {
    runDue(action.at - 1e-6);
    const at = action.at + (action.kind === 'later' ? action.ms : 0);
    due = Math.min(due ?? Number.POSITIVE_INFINITY, at);
    // What became due at this very time by a timer comes after all actions of this time.
    if (at === action.at) runDue(at);
  }
  runDue(Number.POSITIVE_INFINITY);
  return starts;
}

describe('workQueue', () => {
  it('runs each key when the model says, and never twice at once', async () => {
    await fc.assert(
      fc.asyncProperty(actions, fc.integer({ min: 1, max: 40 }), async (list, half) => {
        // Work never ends at a whole millisecond, and so never at the very time of an action.
        const work = half - 0.7513;
        const clock = virtualClock();
        const queue = workQueue(clock);
        const stop = new AbortController();
        const starts = new Map<string, number[]>();
        const active = new Set<string>();
        const done = queue.run(
          3,
          async (each) => {
            expect(active.has(each)).toBe(false);
            active.add(each);
            starts.set(each, [...(starts.get(each) ?? []), clock.monotonic()]);
            await clock.sleep(work, stop.signal);
            active.delete(each);
          },
          stop.signal,
        );
        for (const action of list) {
          clock.after(action.at, () => {
            if (action.kind === 'add') queue.add(action.key);
            else queue.addAfter(action.key, action.ms);
          });
        }
        await clock.advance(5000);
        stop.abort();
        await clock.run(done);
        const ordered = list.toSorted((a, b) => a.at - b.at);
        for (const each of ['a', 'b', 'c']) {
          const expected = model(
            ordered.filter((action) => action.key === each),
            work,
          );
          expect(starts.get(each) ?? []).toEqual(expected);
        }
        expect([queue.depth, queue.running, queue.delayed]).toEqual([0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('works on no more keys at once than it has workers, first come first served', async () => {
    const clock = virtualClock();
    const queue = workQueue(clock);
    const stop = new AbortController();
    const begun: string[] = [];
    let most = 0;
    const done = queue.run(
      2,
      async (each) => {
        begun.push(each);
        most = Math.max(most, queue.running);
        await clock.sleep(10, stop.signal);
      },
      stop.signal,
    );
    for (const each of ['e', 'd', 'c', 'b', 'a']) queue.add(each);
    await clock.advance(100);
    expect([begun, most]).toEqual([['e', 'd', 'c', 'b', 'a'], 2]);
    stop.abort();
    await clock.run(done);
  });

  it('begins nothing after the stop, waits for what runs, and leaves no timer', async () => {
    const clock = virtualClock();
    const queue = workQueue(clock);
    const stop = new AbortController();
    const seen: string[] = [];
    const done = queue.run(
      1,
      async (each) => {
        await clock.sleep(50, new AbortController().signal);
        seen.push(each);
      },
      stop.signal,
    );
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 1000);
    await clock.advance(10);
    stop.abort();
    await clock.run(done);
    expect([seen, clock.monotonic(), clock.pending]).toEqual([['a'], 50, 0]);
  });

  it('waits twice as long after each failure, at least half of that by jitter, and starts anew when forgotten', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, failures) => {
        const queue = workQueue(virtualClock({ seed }));
        const pace = { first: 1000, longest: 300_000 };
        for (let failure = 0; failure < failures; failure += 1) {
          const full = Math.min(pace.longest, pace.first * 2 ** failure);
          const ms = queue.retry('a', pace);
          expect(ms).toBeGreaterThanOrEqual(full / 2);
          expect(ms).toBeLessThanOrEqual(full);
        }
        queue.forget('a');
        expect(queue.retry('a', pace)).toBeLessThanOrEqual(1000);
      }),
      { numRuns: 50 },
    );
  });
});

// R: F.1 TestServiceQueueDelay
describe('retryAfter', () => {
  const fresh = (): WorkQueue => workQueue(virtualClock());

  it.each(['invalid', 'unsupported', 'withheld', 'aborted'] as const)('waits for a change after %s', (code) => {
    const queue = fresh();
    expect([retryAfter(queue, 'a', new PorticoError(code, '')), queue.delayed]).toEqual([null, 0]);
  });

  it('does nothing more after success', () => {
    const queue = fresh();
    expect([retryAfter(queue, 'a', undefined), queue.delayed, queue.depth]).toEqual([null, 0, 0]);
  });

  it('comes exactly when the other side said, and counts no failure', () => {
    const queue = fresh();
    for (let round = 0; round < 5; round += 1) {
      expect(retryAfter(queue, 'a', new PorticoError('transient', '', { retryAfterMs: 12_345 }))).toBe(12_345);
    }
    expect(retryAfter(queue, 'b', new PorticoError('transient', ''))).toBeLessThanOrEqual(1000);
  });

  it.each([
    ['stale', 100],
    ['transient', 1000],
    ['quota', 60_000],
  ] as const)('after %s begins with %d ms', (code, first) => {
    const ms = retryAfter(fresh(), 'a', new PorticoError(code, ''));
    expect(ms).toBeGreaterThanOrEqual(first / 2);
    expect(ms).toBeLessThanOrEqual(first);
  });
});
