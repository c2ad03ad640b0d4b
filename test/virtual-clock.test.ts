import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { virtualClock } from './virtual-clock.ts';

const never = new AbortController().signal;

const draw = (seed: number): number[] => {
  const clock = virtualClock({ seed });
  return Array.from({ length: 1000 }, () => clock.random());
};

describe('virtualClock', () => {
  it('fires by time, then by the order in which timers were set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 50 }), async (delays) => {
        const clock = virtualClock();
        const fired: { readonly at: number; readonly index: number }[] = [];
        for (const [index, ms] of delays.entries()) clock.after(ms, () => fired.push({ at: clock.monotonic(), index }));
        await clock.advance(20);
        const expected = delays.map((at, index) => ({ at, index })).toSorted((a, b) => a.at - b.at);
        expect(fired).toEqual(expected);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('stands still until it is moved, and fires only what is due', async () => {
    const clock = virtualClock({ epoch: 1000 });
    const seen: string[] = [];
    clock.after(10, () => seen.push('ten'));
    const cancel = clock.after(11, () => seen.push('cancelled'));
    clock.after(12, () => seen.push('twelve'));
    await clock.settle();
    expect([clock.now(), seen]).toEqual([1000, []]);
    await clock.advance(11);
    expect([clock.now(), clock.monotonic(), seen]).toEqual([1011, 11, ['ten', 'cancelled']]);
    cancel();
    await clock.advance(1);
    expect(seen).toEqual(['ten', 'cancelled', 'twelve']);
  });

  it('settles what a timer starts before the next timer fires', async () => {
    const clock = virtualClock();
    const seen: string[] = [];
    const work = async (): Promise<void> => {
      await clock.sleep(5, never);
      for (let hop = 0; hop < 100; hop += 1) await Promise.resolve();
      seen.push('work');
      await clock.sleep(5, never);
      seen.push('more');
    };
    clock.after(5, () => seen.push('timer before'));
    const done = work();
    clock.after(5, () => seen.push('timer after'));
    await clock.run(done);
    expect(seen).toEqual(['timer before', 'work', 'timer after', 'more']);
    expect(clock.monotonic()).toBe(10);
  });

  it('rejects a sleep with the reason of its signal', async () => {
    const clock = virtualClock();
    const stop = new AbortController();
    const slept = clock.sleep(1000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });

  it('says when it waits for something that cannot come', async () => {
    const clock = virtualClock();
    await expect(clock.until(() => false)).rejects.toThrow('Nothing is left to wait for');
    clock.after(100, () => undefined);
    await expect(clock.until(() => false, 99)).rejects.toThrow('Not within 99 ms');
  });

  it('draws the same numbers for the same seed', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    for (const number of draw(9)) expect(number >= 0 && number < 1).toBe(true);
    const mean = draw(10).reduce((sum, number) => sum + number, 0) / 1000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  });
});
