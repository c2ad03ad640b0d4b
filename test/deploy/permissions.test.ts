import { expect, test } from 'vitest';
import { permissions } from './permissions.ts';
import { findings, type Finding } from './scenario.ts';

const everything = await findings(undefined);

test('with what is shipped, everything works', () => {
  expect(Object.entries(everything).filter(([, seen]) => !seen)).toEqual([]);
});

/** What is missed first without a permission. */
const missed: Readonly<Record<string, Finding>> = {
  'services list': 'an address',
  'services watch': 'a new Service within seconds',
  'nodes list': 'an address',
  'nodes watch': 'a new node within seconds',
  'services/status patch': 'an address',
  'events create': 'Events',
  'events patch': 'repeats counted in one Event',
  'leases create': 'an address',
  'leases get': 'the Lease of another awaited',
  'leases patch': 'leading for long',
};

test.each(permissions.map(({ resource, verb }) => ({ resource, verb })))(
  'without $verb of $resource something is missed',
  async (taken) => {
    const finding = missed[`${taken.resource} ${taken.verb}`];
    const seen = await findings(taken);
    // A permission that nothing needs has no line in the table, or misses nothing.
    expect(finding === undefined ? 'no use is known' : seen[finding]).toBe(false);
  },
);

test('no line of the table is about a permission that is not shipped', () => {
  const shipped = permissions.map(({ resource, verb }) => `${resource} ${verb}`);
  expect(Object.keys(missed).toSorted()).toEqual(shipped.toSorted());
});
