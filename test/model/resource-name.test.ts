import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Owner, ServiceOwner } from '../../src/model/owner.ts';
import { resourceName } from '../../src/model/resource-name.ts';

const owner: ServiceOwner = { kind: 'service', cluster: 'Prod.1', namespace: 'shop', name: 'web', uid: 'u-1' };

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const owners: fc.Arbitrary<ServiceOwner> = fc.record({
  kind: fc.constant('service'),
  cluster: fc.string({ minLength: 1, maxLength: 80 }),
  namespace: label,
  name: label,
  uid: fc.uuid(),
});
const roles = fc.constantFrom('', 'ipv4', 'health-check');

it('can be read by people', () => {
  expect(resourceName('portico', owner)).toMatch(/^portico-prod-1-shop-web-[0-9a-f]{8}$/);
  expect(resourceName('portico', owner, 'ipv6')).toMatch(/^portico-prod-1-shop-web-[0-9a-f]{8}-ipv6$/);
  expect(resourceName('portico', { kind: 'cluster', cluster: 'prod' }, 'zone-a')).toMatch(
    /^portico-prod-[0-9a-f]{8}-zone-a$/,
  );
});

it('is a valid name with hash and role, however long the parts are', () => {
  fc.assert(
    fc.property(owners, roles, (any, role) => {
      const name = resourceName('portico', any, role);
      expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
      expect(name).toMatch(role === '' ? /-[0-9a-f]{8}$/ : new RegExp(`-[0-9a-f]{8}-${role}$`));
    }),
  );
});

it.each(['Zone_A', 'z'.repeat(31), 'a-', '-'])(
  'makes a valid name of the odd role %s, and another of its neighbour',
  (role) => {
    const name = resourceName('portico', owner, role);
    expect(name).toMatch(/^portico-prod-1-shop-web-[0-9a-f]{8}-[0-9a-f]{8}$/);
    expect(resourceName('portico', owner, `${role}_`)).not.toBe(name);
  },
);

it('differs between owners, whatever their readable parts have in common', () => {
  fc.assert(
    fc.property(owners, fc.uuid(), fc.string({ minLength: 1 }), (any, uid, suffix) => {
      fc.pre(uid !== any.uid);
      const names = [any, { ...any, uid }, { ...any, cluster: any.cluster + suffix }].map((o) =>
        resourceName('portico', o),
      );
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});

it.each<[string, string, Owner, string, RegExp]>([
  ['eight letters of the cluster', 'p', { kind: 'cluster', cluster: 'production-eu' }, '', /^p-producti-[0-9a-f]{8}$/],
  ['nothing of a Service for what is shared', 'p', { kind: 'cluster', cluster: 'c' }, '', /^p-c-[0-9a-f]{8}$/],
  ['one dash for several odd letters', 'p', { ...owner, cluster: 'a._:b' }, '', /^p-a-b-shop-web-[0-9a-f]{8}$/],
  ['no dash before the hash', 'p', { kind: 'cluster', cluster: 'a...' }, '', /^p-a-[0-9a-f]{8}$/],
  ['a role of one letter', 'p', { kind: 'cluster', cluster: 'a' }, 'z', /^p-a-[0-9a-f]{8}-z$/],
])('has %s', (_title, prefix, whose, role, expected) => {
  expect(resourceName(prefix, whose, role)).toMatch(expected);
});

it('is as long as may be when the parts are longer, and never longer', () => {
  const long = { ...owner, namespace: 'n'.repeat(63) };
  expect(resourceName('portico', long)).toMatch(/^portico-prod-1-n{39}-[0-9a-f]{8}$/);
  expect(resourceName('portico', long)).toHaveLength(63);
  expect(resourceName('portico', long, 'ipv4')).toHaveLength(63);
});
