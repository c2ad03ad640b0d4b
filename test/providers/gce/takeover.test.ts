import { describe, expect, it } from 'vitest';
import { pass } from '../../../providers/conformance/index.ts';
import type { Provider } from '../../../src/provider.ts';
import { resourcesOf } from './others.ts';
import { reach, serviceOwner, wish } from './scene.ts';
import { stage } from './stage.ts';

const { open, world, provider } = stage();
const live = (): AbortSignal => new AbortController().signal;
const remembered = (process: Provider) => {
  const { doubts, unfinished } = process.sizes?.() ?? {};
  return { doubts, unfinished };
};
const left = (): string[] =>
  Object.entries(resourcesOf(world().cloud)).flatMap(([key, body]) =>
    String(body['description']).includes('shop/web') ? [key] : [],
  );

/** From its first mutation on the process hears of nothing any more. */
async function cutOff(when: 'before' | 'after', asked: ReturnType<typeof wish> | null): Promise<void> {
  let cut = false;
  world().intercept(({ writes }) => {
    cut ||= writes;
    return cut ? { when, code: 'unreachable' } : undefined;
  });
  await pass(provider(), serviceOwner(), asked, { signal: live(), width: 8 }).catch(() => undefined);
  world().intercept(undefined);
  expect(remembered(provider())).not.toEqual({ doubts: 0, unfinished: 0 });
}

describe('a process that leads again after another led', () => {
  it.each(['before', 'after'] as const)(
    'remembers nothing of a deletion that the other ended: cut off %s the work',
    async (when) => {
      await open();
      await reach(provider(), serviceOwner(), wish());
      await cutOff(when, null);
      await reach(world().provider(), serviceOwner(), null);
      expect(left()).toEqual([]);
      provider().refresh('takeover');
      expect(await provider().owners('test', live())).toEqual([{ kind: 'cluster', cluster: 'test' }]);
      expect(remembered(provider())).toEqual({ doubts: 0, unfinished: 0 });
    },
  );

  it('finds what it left half made', async () => {
    await open();
    await cutOff('after', wish());
    provider().refresh('takeover');
    expect(await provider().owners('test', live())).toContainEqual(serviceOwner());
    expect(remembered(provider())).toEqual({ doubts: 0, unfinished: 0 });
    await reach(provider(), serviceOwner(), wish());
  });

  it('and one that goes on leading looks at what nobody observed from one listing to the next', async () => {
    await open();
    await reach(provider(), serviceOwner(), wish());
    await cutOff('after', null);
    await reach(world().provider(), serviceOwner(), null);
    const looks = async (): Promise<number> => {
      provider().refresh();
      await provider().owners('test', live());
      return Number(remembered(provider()).doubts);
    };
    expect(await looks()).toBeGreaterThan(0);
    expect(await looks()).toBe(0);
  });

  it('looks at what is in doubt once, and at nothing when nothing is', async () => {
    await open();
    const listing = async (): Promise<number> => {
      world().cloud.calls.reset();
      await provider().owners('test', live());
      return (world().cloud.calls.counts() as unknown as { reads: number }).reads;
    };
    provider().refresh('takeover');
    const plain = await listing();
    await cutOff('after', wish());
    const doubts = Number(remembered(provider()).doubts);
    provider().refresh('takeover');
    expect(await listing()).toBeGreaterThan(plain + doubts);
    provider().refresh('takeover');
    expect(await listing()).toBe(plain);
  });
});
