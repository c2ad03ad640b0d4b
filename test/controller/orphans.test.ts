import { afterEach, describe, expect, it } from 'vitest';
import type { ResourceId } from '../../src/graph/resource.ts';
import type { OrphanPolicy } from '../../src/model/policy.ts';
import { cloudApi } from '../../providers/mock/cloud-api.ts';
import { createMockProvider } from '../../providers/mock/index.ts';
import { PorticoError } from '../../src/errors.ts';
import { type Life, type Simulation, simulate, written } from './simulation.ts';

const interval = 600_000;
/** A sweep is jittered by a tenth. */
const aSweep = interval * 1.2;

let world: Simulation;
afterEach(() => world.close());

const held = (): string[] => [...world.cloud.records.keys()].filter((id) => id.includes('-default-lost-'));
const told = async () => (await world.events()).filter(({ reason }) => reason === 'OrphanedLoadBalancer');

/** A Service whose finalizer somebody took away while no controller ran, and the next controller. */
async function orphaned(orphans?: OrphanPolicy, policy?: 'upsert-only'): Promise<Life> {
  world = simulate();
  await world.addNode('n1', 'zone-a');
  const life = world.begin();
  for (const name of ['lost', 'kept']) await world.apply({ name });
  for (const name of ['lost', 'kept']) await world.address(name);
  await world.clock.advance(2000);
  life.crash();
  await world.remove('lost');
  await world.merge('lost', { metadata: { finalizers: null } });
  return world.begin({
    sweepInterval: interval,
    ...(orphans === undefined ? {} : { orphans }),
    ...(policy === undefined ? {} : { defaults: { policy } }),
  });
}

describe('what a Service that is gone left in the cloud', () => {
  it('is told by an Event that names it, once, and left alone', async () => {
    const life = await orphaned();
    await world.clock.advance(5000);
    const left = held().toSorted();
    expect(left).toHaveLength(5);
    expect(await told()).toMatchObject([
      { type: 'Warning', count: 1, involvedObject: { kind: 'Service', namespace: 'default', name: 'lost' } },
    ]);
    for (const id of left) expect((await told())[0]?.message).toContain(id);
    expect((await told())[0]?.message).toContain('`portico gc --apply`');
    await world.clock.advance(3 * aSweep);
    expect(await told()).toMatchObject([{ count: 1 }]);
    expect(held().toSorted()).toEqual(left);
    expect(written(life).filter((name) => name.startsWith('remove'))).toEqual([]);
    expect(life.orphans.at(-1)).toHaveLength(1);
  });

  it('is told again after a day, since Events do not last', async () => {
    await orphaned();
    await world.clock.advance(23 * 3_600_000);
    expect(await told()).toMatchObject([{ count: 1 }]);
    await world.clock.advance(3_600_000 + aSweep);
    expect(await told()).toMatchObject([{ count: 2 }]);
  });

  it('is told again when it holds something else, and no more when it holds nothing', async () => {
    const life = await orphaned();
    await world.clock.advance(5000);
    const first = held().find((id) => id.startsWith('forwarding-rule/')) ?? '';
    world.cloud.remove(first as ResourceId);
    await world.clock.advance(aSweep);
    expect(await told()).toHaveLength(2);
    expect((await told())[1]?.message).not.toContain(first);
    await world.clock.advance(1000);
    for (const kind of ['firewall', 'backend-service', 'health-check', 'address']) {
      world.cloud.remove(held().find((id) => id.startsWith(`${kind}/`)) as ResourceId);
      await world.clock.advance(1000);
    }
    expect(held()).toEqual([]);
    await world.clock.advance(aSweep);
    expect(await told()).toHaveLength(2);
    expect(life.orphans.at(-1)).toEqual([]);
  });

  it('is deleted on request, when a second look in a row found it, and nothing else is', async () => {
    const life = await orphaned('delete');
    await world.clock.advance(5000);
    expect(held()).toHaveLength(5);
    await world.clock.advance(aSweep);
    await world.clock.advance(60_000);
    expect(held()).toEqual([]);
    const removed = written(life).filter((name) => name.startsWith('remove'));
    expect(removed).toHaveLength(5);
    expect(removed.filter((name) => !name.includes('-default-lost-'))).toEqual([]);
    expect([...world.cloud.records.keys()].filter((id) => id.includes('-default-kept-'))).toHaveLength(5);
    await world.clock.advance(2 * aSweep);
    expect(life.orphans.at(-1)).toEqual([]);
  });

  it('is kept by a policy that allows no deletion', async () => {
    const life = await orphaned('delete', 'upsert-only');
    await world.clock.advance(3 * aSweep);
    expect(held()).toHaveLength(5);
    expect(written(life).filter((name) => name.startsWith('remove'))).toEqual([]);
  });

  it('is no orphan when its Service is there again by the next look, under another uid: then it is cleaned up at once', async () => {
    await orphaned('delete');
    await world.clock.advance(5000);
    await world.apply({ name: 'lost' });
    const ip = await world.address('lost');
    await world.clock.advance(2 * aSweep);
    expect(held()).toHaveLength(5);
    expect((await world.service('lost'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
  });

  it('that cannot be read keeps no other from being told, is counted, and is told once', async () => {
    world = simulate();
    await world.addNode('n1', 'zone-a');
    const names = ['lost-1', 'lost-2', 'lost-3'];
    const first = world.begin();
    for (const name of names) await world.apply({ name });
    for (const name of names) await world.address(name);
    await world.clock.advance(2000);
    first.crash();
    for (const name of names) {
      await world.remove(name);
      await world.merge(name, { metadata: { finalizers: null } });
    }
    const honest = createMockProvider({ clock: world.clock, api: cloudApi(world.cloud, { clock: world.clock }) });
    let unread = 'lost-1';
    const life = world.begin({
      sweepInterval: interval,
      provider: {
        ...honest,
        observe: async (owner, ...rest) => {
          if (owner.kind === 'service' && owner.name === unread) throw new PorticoError('denied', 'Not for you.');
          return honest.observe(owner, ...rest);
        },
      },
    });
    const who = async () => (await told()).map(({ involvedObject: { name }, count }) => `${name}: ${count}`).toSorted();
    await world.clock.advance(5000);
    expect(await who()).toEqual(['lost-2: 1', 'lost-3: 1']);
    expect(life.orphans.at(-1)).toHaveLength(3);
    expect(life.logs.filter(({ message }) => message === 'what an orphan holds not read')).toMatchObject([
      { level: 'warn', fields: { owner: 'Service default/lost-1', code: 'denied' } },
    ]);
    unread = 'lost-2';
    await world.clock.advance(aSweep);
    unread = '';
    await world.clock.advance(2 * aSweep);
    expect(await who()).toEqual(names.map((name) => `${name}: 1`));
  });
});
