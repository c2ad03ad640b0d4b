import { describe, expect, it } from 'vitest';
import type { PorticoError } from '../../src/errors.ts';
import { apply } from '../../src/graph/apply.ts';
import { plan } from '../../src/graph/plan.ts';
import { parse } from './shorthand.ts';
import { policies } from './strict-cloud.ts';

describe('apply', () => {
  const never = new AbortController().signal;

  it('stops feeding a failed branch and goes on with the others', async () => {
    const made = plan(parse('a b>a c>b x y>x'), parse(''), policies);
    const applied = await apply(
      made,
      async (step) => {
        await Promise.resolve();
        if (step.id === 'create box/b') throw new Error('no');
      },
      { width: 2, signal: never },
    );
    expect(applied.done.map((step) => step.id).toSorted()).toEqual(['create box/a', 'create box/x', 'create box/y']);
    expect(applied.failed.map(({ step, error }) => [step.id, error.code])).toEqual([['create box/b', 'internal']]);
    expect(applied.skipped.map((step) => step.id)).toEqual(['create box/c']);
  });

  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 3],
    [9, 3],
  ])('of three steps that one makes ready, %i may run at once, and %i do', async (width, widest) => {
    let [running, most] = [0, 0];
    const execute = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      running -= 1;
    };
    const made = plan(parse('a b>a c>a d>a'), parse(''), policies);
    expect((await apply(made, execute, { width, signal: never })).done).toHaveLength(4);
    expect(most).toBe(widest);
  });

  it('never throws, not even when execute throws at once', async () => {
    const applied = await apply(
      plan(parse('a'), parse(''), policies),
      () => {
        throw new TypeError('defect');
      },
      { width: 1, signal: never },
    );
    expect(applied.failed.map(({ error }: { error: PorticoError }) => error.message)).toEqual(['defect']);
  });
});
