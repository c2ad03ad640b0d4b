import { expect, it } from 'vitest';
import { rateLimit } from '../../../../providers/gce/compute/rate.ts';
import { virtualClock } from '../../../virtual-clock.ts';

const live = new AbortController().signal;

it('lets a burst through and then keeps to its rate', async () => {
  const clock = virtualClock();
  const limit = rateLimit({ perSecond: 10, burst: 5 }, clock);
  const times: number[] = [];
  const all = Promise.all(
    Array.from({ length: 15 }, async () => {
      await limit.take(live);
      times.push(clock.monotonic());
    }),
  );
  await clock.run(all);
  expect(times.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  expect(times.at(-1)).toBeGreaterThanOrEqual(999);
  expect(times.at(-1)).toBeLessThan(1100);
});

it('halves its rate when throttled, holds everything back for the asked time, and recovers', async () => {
  const clock = virtualClock();
  const limit = rateLimit({ perSecond: 20, burst: 20 }, clock);
  limit.throttled(3000);
  limit.throttled(undefined);
  expect(limit.rate()).toBe(10);
  const began = clock.monotonic();
  await clock.run(limit.take(live));
  expect(clock.monotonic() - began).toBeGreaterThanOrEqual(3000);
  await clock.advance(70_000);
  await clock.run(limit.take(live));
  expect(limit.rate()).toBe(20);
});

it('never gets slower than one call a second', async () => {
  const clock = virtualClock();
  const limit = rateLimit({ perSecond: 4, burst: 4 }, clock);
  for (let wave = 0; wave < 10; wave += 1) {
    limit.throttled(undefined);
    await clock.advance(1001);
  }
  expect(limit.rate()).toBeGreaterThanOrEqual(1);
  expect(limit.rate()).toBeLessThan(1.5);
});

it('gives the turn of an aborted caller to the next', async () => {
  const clock = virtualClock();
  const limit = rateLimit({ perSecond: 1, burst: 1 }, clock);
  const stop = new AbortController();
  await limit.take(live);
  const aborted = limit.take(stop.signal);
  const next = limit.take(live);
  stop.abort();
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
  await clock.run(next);
  expect(clock.monotonic()).toBeLessThan(1100);
});
