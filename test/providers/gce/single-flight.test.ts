import { expect, it } from 'vitest';
import { singleFlight } from '../../../providers/gce/single-flight.ts';

const live = new AbortController().signal;

it('does the work once for all who wait, and again for who comes later', async () => {
  let runs = 0;
  const fly = singleFlight(() => Promise.resolve((runs += 1)));
  expect(await Promise.all([fly(live), fly(live), fly(live)])).toEqual([1, 1, 1]);
  expect(await fly(live)).toBe(2);
});

it('goes on when one of those who wait leaves, and stops when the last has gone', async () => {
  let stopped: AbortSignal | undefined;
  const fly = singleFlight((signal) => {
    stopped = signal;
    return new Promise<never>(() => undefined);
  });
  const [first, second] = [new AbortController(), new AbortController()];
  const one = fly(first.signal);
  const two = fly(second.signal);
  first.abort();
  await expect(one).rejects.toMatchObject({ code: 'aborted' });
  expect(stopped?.aborted).toBe(false);
  second.abort();
  await expect(two).rejects.toMatchObject({ code: 'aborted' });
  expect(stopped?.aborted).toBe(true);
});

it('gives who comes after an abandoned flight one of its own', async () => {
  let runs = 0;
  const fly = singleFlight(() => {
    runs += 1;
    return runs === 1 ? new Promise<number>(() => undefined) : Promise.resolve(runs);
  });
  const stop = new AbortController();
  const abandoned = fly(stop.signal);
  stop.abort();
  await expect(abandoned).rejects.toMatchObject({ code: 'aborted' });
  expect(await fly(live)).toBe(2);
});

it('fails all who wait when the work fails, and tries again for the next', async () => {
  let runs = 0;
  const fly = singleFlight(() => ((runs += 1) === 1 ? Promise.reject(new Error('no')) : Promise.resolve('yes')));
  const both = await Promise.allSettled([fly(live), fly(live)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await fly(live)).toBe('yes');
});
