import { afterEach, describe, expect, it } from 'vitest';
import { ask, must, region, resourcesOf } from './others.ts';
import { type GceSimulation, simulateGce } from './controller.ts';

let world: GceSimulation;
afterEach(() => world.close());

const a = 'us-central1-a';
const reserved = 'portico.dev/AddressReserved';
/** What the cloud has for the Service `web`, by collection. */
const made = (): string[] =>
  Object.keys(resourcesOf(world.gce))
    .filter((key) => key.includes('-default-web-'))
    .map((key) => key.split('/').at(-2) ?? '')
    .toSorted();
const all = ['addresses', 'backendServices', 'firewalls', 'forwardingRules', 'healthChecks'];

async function open(): Promise<void> {
  world = simulateGce();
  await world.addGceNode('n1', a);
}

// R: l4netlbcontroller user IP
describe('a requested address that is not there', () => {
  it.each([
    ['by name', { annotations: { 'portico.dev/static-address': 'mine' } }],
    ['by IP', { spec: { loadBalancerIP: '192.0.2.77' } }],
  ])('%s: nothing is made, the condition says what to do', async (_title, manifest) => {
    await open();
    world.beginGce();
    await world.apply({ name: 'web', ...manifest });
    await world.clock.advance(30_000);
    expect(made()).toEqual([]);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([]);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'InvalidRequest' });
    expect((await world.condition('web'))?.message).toContain('gcloud compute addresses create');
    await world.clock.advance(300_000);
    expect((await world.eventsOf('Service', 'web')).map(({ reason, count }) => [reason, count])).toEqual([
      ['SyncLoadBalancerFailed', 1],
    ]);
  });

  it('is used within a minute of being reserved', async () => {
    await open();
    world.beginGce();
    await world.apply({ name: 'web', annotations: { 'portico.dev/static-address': 'mine' } });
    await world.clock.advance(90_000);
    const reserving = must(world.gce, 'POST', `regions/${region}/addresses`, { name: 'mine' });
    await world.clock.run(reserving, 1000);
    const ip = String(resourcesOf(world.gce)[`regions/${region}/addresses/mine`]?.['address']);
    await world.clock.advance(65_000);
    expect((await world.service('web'))?.status.ingress).toMatchObject([{ ip }]);
  });

  it('asked for later leaves the balancer as it is', async () => {
    await open();
    world.beginGce();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.clock.advance(2000);
    world.gce.calls.reset();
    await world.merge('web', { spec: { loadBalancerIP: '192.0.2.77' } });
    await world.clock.advance(90_000);
    expect(world.gce.calls.counts()).toMatchObject({ mutations: 0 });
    expect((await world.service('web'))?.status.ingress).toMatchObject([{ ip }]);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'InvalidRequest' });
  });
});

it('a requested address of the other tier: nothing is made, and told once, however many sweeps', async () => {
  await open();
  const reserving = must(world.gce, 'POST', `regions/${region}/addresses`, { name: 'mine', networkTier: 'STANDARD' });
  await world.clock.run(reserving, 1000);
  world.beginGce();
  await world.apply({ name: 'web', annotations: { 'portico.dev/static-address': 'mine' } });
  await world.clock.advance(45 * 60_000);
  expect(made()).toEqual([]);
  expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'InvalidRequest' });
  expect((await world.condition('web'))?.message).toContain('mine does not fit');
  expect((await world.eventsOf('Service', 'web')).map(({ reason, count }) => [reason, count])).toEqual([
    ['SyncLoadBalancerFailed', 1],
  ]);
});

it.each(['reserve', 'hold'])(
  'pinning the address that the Service has (%s) is no conflict and changes nothing',
  async (policy) => {
    await open();
    world.beginGce();
    await world.apply({ name: 'web', annotations: { 'portico.dev/address-policy': policy } });
    const ip = await world.address('web');
    await world.clock.advance(2000);
    world.gce.calls.reset();
    await world.merge('web', { spec: { loadBalancerIP: ip } });
    await world.clock.advance(5000);
    expect(world.gce.calls.counts()).toMatchObject({ mutations: 0 });
    expect(await world.condition('web')).toMatchObject({ status: 'True' });
  },
);

describe('an address that the quota keeps from being reserved', () => {
  const quotaFault = [
    { match: { method: 'addresses.insert' }, effect: { type: 'error', status: 403, reason: 'quotaExceeded' } },
  ] as const;

  it('is served, told once, asked for again by time, and reserved with the same IP when the quota allows', async () => {
    await open();
    world.gce.setFaults([...quotaFault]);
    const life = world.beginGce();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.clock.advance(20 * 60_000);
    expect(await world.condition('web')).toMatchObject({ status: 'True' });
    expect(await world.condition('web', reserved)).toMatchObject({ status: 'False', reason: 'QuotaExceeded' });
    const told = (await world.eventsOf('Service', 'web')).filter(({ type }) => type === 'Warning');
    expect(told.map(({ reason, count }) => [reason, count])).toEqual([['AddressNotReserved', 1]]);
    // 1, 2, 4 and 8 minutes after one another, and at the sweep.
    const tries = world.gce.calls.log().filter(({ method }) => method === 'addresses.insert').length;
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(9);
    expect(life.passes.filter(({ key }) => key === 'default/web').length).toBeLessThan(20);

    world.gce.setFaults([]);
    await world.clock.advance(11 * 60_000);
    expect(made()).toEqual(all);
    const address = Object.entries(resourcesOf(world.gce)).find(([key]) => key.includes('/addresses/'));
    expect(address?.[1]).toMatchObject({ address: ip });
    expect(await world.condition('web', reserved)).toBeUndefined();
    expect((await world.service('web'))?.status.ingress).toMatchObject([{ ip }]);
  });

  it('goes with the Service, and its condition with the type', async () => {
    await open();
    world.gce.setFaults([...quotaFault]);
    world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(1000);
    expect(await world.condition('web', reserved)).toBeDefined();
    await world.merge('web', { spec: { type: 'ClusterIP' } });
    await world.clock.advance(5000);
    expect(made()).toEqual([]);
    expect((await world.service('web'))?.status).toEqual({ ingress: [], conditions: [] });
  });

  it('may be given up wanting: with the policy hold nothing more is said', async () => {
    await open();
    world.gce.setFaults([...quotaFault]);
    world.beginGce();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.clock.advance(1000);
    await world.merge('web', { metadata: { annotations: { 'portico.dev/address-policy': 'hold' } } });
    await world.clock.advance(5000);
    expect(await world.condition('web', reserved)).toBeUndefined();
    expect((await world.service('web'))?.status.ingress).toMatchObject([{ ip }]);
    expect(await ask(world.gce, 'GET', `regions/${region}/addresses`)).toMatchObject({ status: 200 });
  });
});

describe('a free address that two Services ask for at once', () => {
  const front = { annotations: { 'portico.dev/static-address': 'front' } };

  it.each([
    [80, 80],
    // The cloud lets rules share an IP when their ports differ.
    [80, 22],
  ])(
    'goes to one (ports %d and %d); the other lets nobody in through it, and gets it after the first',
    async (...ports) => {
      await open();
      const reserving = must(world.gce, 'POST', `regions/${region}/addresses`, { name: 'front' });
      await world.clock.run(reserving, 1000);
      world.beginGce({ workers: 2 });
      await world.apply({ name: 'a', ...front, spec: { ports: [{ port: ports[0] }] } });
      await world.apply({ name: 'b', ...front, spec: { ports: [{ port: ports[1] }] } });
      await world.clock.advance(30_000);
      /** Whose firewall rules and forwarding rules there are for the address. */
      const through = (): string[] =>
        Object.entries(resourcesOf(world.gce))
          .filter(([path, body]) => 'destinationRanges' in body || path.includes('/forwardingRules/'))
          .map(([path]) => /-default-(.)-/.exec(path)?.[1] ?? '?');
      const [winner, loser] = (await world.service('a'))?.status.ingress.length
        ? (['a', 'b'] as const)
        : (['b', 'a'] as const);
      expect((await world.service(winner))?.status.ingress).toHaveLength(1);
      expect(await world.condition(winner)).toMatchObject({ status: 'True', reason: 'Programmed' });
      expect((await world.service(loser))?.status.ingress).toEqual([]);
      expect(await world.condition(loser)).toMatchObject({ status: 'False', reason: 'ForeignResource' });
      expect(through()).toEqual([winner, winner]);

      await world.remove(winner);
      await world.gone(winner);
      await world.address(loser);
      expect(through()).toEqual([loser, loser]);
    },
  );
});
