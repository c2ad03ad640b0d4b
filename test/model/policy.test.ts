import { expect, it } from 'vitest';
import { type Policy, policies, stricter } from '../../src/model/policy.ts';

it('of two policies the stricter holds, whoever asks for it; who says nothing allows everything', () => {
  const asked: readonly (Policy | undefined)[] = [undefined, ...policies];
  const table = asked.map((cluster) => asked.map((service) => stricter(cluster, service)));
  expect(table).toEqual([
    ['sync', 'sync', 'upsert-only', 'observe'],
    ['sync', 'sync', 'upsert-only', 'observe'],
    ['upsert-only', 'upsert-only', 'upsert-only', 'observe'],
    ['observe', 'observe', 'observe', 'observe'],
  ]);
});
