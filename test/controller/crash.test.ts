import { afterEach, describe, expect, it } from 'vitest';
import { finalizer } from '../../src/controller/status.ts';
import { type Life, type Simulation, simulate } from './simulation.ts';

let world: Simulation;
afterEach(() => world.close());

const kinds = (): string[] => [...world.cloud.records.values()].map(({ kind }) => kind).toSorted();
const oneOfEach = [
  'address',
  'backend-service',
  'firewall',
  'firewall',
  'forwarding-rule',
  'health-check',
  'instance-group',
];

/** A life that ends at its `last`-th call, before the call is made or after it is done but before its answer. */
function doomed(last: number): { readonly life: Life; readonly survived: () => boolean } {
  let count = 0;
  const life: Life = world.begin({
    onCall: () => {
      count += 1;
      if (count === last) life.crash();
    },
  });
  return { life, survived: () => count < last };
}

async function setUp(): Promise<void> {
  world = simulate({ latencyMs: 20 });
  await world.addNode('n1', 'zone-a');
}

describe('a crash at any call', () => {
  it('of a creation: the next life ends with one balancer and the address that was given out first', async () => {
    let last = 1;
    for (let survived = false; !survived; last += 1) {
      await setUp();
      await world.apply({ name: 'web' });
      const first = doomed(last);
      await world.clock.advance(30_000);
      const given = [...world.cloud.records.values()].find(({ kind }) => kind === 'address')?.ip;
      survived = first.survived();
      first.life.crash();
      world.begin();
      const ip = await world.address('web');
      await world.clock.advance(30_000);
      expect(given ?? ip).toBe(ip);
      expect(kinds()).toEqual(oneOfEach);
      await world.remove('web');
      await world.gone('web');
      await world.clock.advance(30_000);
      expect(kinds()).toEqual([]);
      world.close();
    }
    expect(last).toBeGreaterThan(30);
  });

  it('of a deletion: nothing is left, and the Service is not gone before', async () => {
    let last = 1;
    for (let survived = false; !survived; last += 1) {
      await setUp();
      const maker = world.begin();
      await world.apply({ name: 'web' });
      await world.address('web');
      await world.clock.advance(2000);
      maker.crash();
      await world.remove('web');
      const first = doomed(last);
      await world.clock.advance(30_000);
      survived = first.survived();
      first.life.crash();
      const held = (await world.service('web'))?.metadata.finalizers.includes(finalizer) === true;
      if (kinds().includes('address')) expect(held).toBe(true);
      world.begin();
      await world.gone('web');
      await world.clock.advance(30_000);
      expect(kinds()).toEqual([]);
      world.close();
    }
    expect(last).toBeGreaterThan(20);
  });

  it('of a change that needs a replacement: the address stays', async () => {
    let last = 1;
    for (let survived = false; !survived; last += 1) {
      await setUp();
      const maker = world.begin();
      await world.apply({ name: 'web' });
      const ip = await world.address('web');
      await world.clock.advance(2000);
      maker.crash();
      await world.merge('web', { spec: { ports: [{ port: 81 }], externalTrafficPolicy: 'Local' } });
      const first = doomed(last);
      await world.clock.advance(30_000);
      survived = first.survived();
      first.life.crash();
      world.begin();
      await world.clock.advance(30_000);
      expect(kinds()).toEqual(oneOfEach);
      expect((await world.service('web'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
      const rule = [...world.cloud.records.values()].find(({ kind }) => kind === 'forwarding-rule');
      expect([rule?.ip, rule?.body['ports']]).toEqual([ip, ['tcp/81']]);
      world.close();
    }
    expect(last).toBeGreaterThan(20);
  });
});

describe('the end of a life', () => {
  it('begins nothing after the stop, and lets what runs end', async () => {
    world = simulate({ latencyMs: 3000 });
    await world.addNode('n1', 'zone-a');
    const life = world.begin();
    await world.apply({ name: 'web' });
    await world.eventually(async () => life.calls.some(({ name }) => name.startsWith('insert address/')));
    const before = life.calls.length;
    await life.stop();
    const after = life.calls.slice(before);
    expect(after.filter(({ writes }) => writes)).toEqual([]);
    // The operation was waited for.
    expect([...world.cloud.records.values()].filter(({ operation }) => operation !== null)).toEqual([]);
    expect(world.clock.monotonic()).toBeLessThan(10_000);
    const next = world.begin();
    await world.address('web');
    expect(next.calls.filter(({ name }) => name.startsWith('insert address/'))).toEqual([]);
  });

  it('comes within nine seconds of the stop, whatever still hangs', async () => {
    world = simulate({ latencyMs: 3_600_000 });
    await world.addNode('n1', 'zone-a');
    const life = world.begin();
    await world.apply({ name: 'web' });
    await world.clock.advance(1000);
    const at = world.clock.monotonic();
    await life.stop();
    expect(world.clock.monotonic() - at).toBeLessThanOrEqual(9000);
  });

  it('writes nothing once the lease is lost', async () => {
    world = simulate({ latencyMs: 3000 });
    await world.addNode('n1', 'zone-a');
    const lease = new AbortController();
    const life = world.begin({ lease: lease.signal });
    await world.apply({ name: 'web' });
    await world.eventually(async () => life.calls.some(({ name }) => name.startsWith('insert address/')));
    lease.abort();
    const before = life.calls.length;
    await world.clock.advance(60_000);
    expect(life.calls.slice(before).filter(({ writes }) => writes)).toEqual([]);
    world.begin();
    await world.address('web');
    expect(kinds()).toEqual(oneOfEach);
  });
});
