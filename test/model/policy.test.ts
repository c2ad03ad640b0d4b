import { expect, it } from 'vitest';
import { policies, type Policy, stricter } from '../../src/model/policy.ts';

it.each(policies.flatMap((cluster) => policies.map((service) => [cluster, service] as const)))(
  'of the policies %s and %s the stricter counts',
  (cluster, service) => {
    const may = (allowed: Policy): number => ({ sync: 2, 'upsert-only': 1, observe: 0 })[allowed];
    expect(may(stricter(cluster, service))).toBe(Math.min(may(cluster), may(service)));
  },
);
