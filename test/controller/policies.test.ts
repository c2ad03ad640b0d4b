import { afterEach, describe, expect, it } from 'vitest';
import { finalizer } from '../../src/controller/status.ts';
import { type Life, type Simulation, simulate, written } from './simulation.ts';

let world: Simulation;
afterEach(() => world.close());

const condition = async (name: string) =>
  (await world.service(name))?.status.conditions.find(({ type }) => type === 'portico.dev/Programmed');
const reasons = async (name: string) =>
  (await world.events()).filter((event) => event.involvedObject.name === name).map((event) => event.reason);
const ids = (): string[] => [...world.cloud.records.keys()].toSorted();
const toCloud = (life: Life): string[] =>
  life.calls.filter(({ to, writes }) => to === 'cloud' && writes).map(({ name }) => name);
const policy = (value: string | null) => ({ metadata: { annotations: { 'portico.dev/policy': value } } });

async function setUp(): Promise<void> {
  world = simulate();
  await world.addNode('n1', 'zone-a');
}

// R: l4netlbcontroller read-only mode
describe('observe', () => {
  it.each([
    ['of the cluster', { policy: 'observe' }, {}],
    ['of the Service', {}, { 'portico.dev/policy': 'observe' }],
    ['of the cluster, and the Service asks for more', { policy: 'observe' }, { 'portico.dev/policy': 'sync' }],
  ] as const)(
    '%s: nothing is made, no finalizer set; condition and Event tell the plan',
    async (_who, defaults, own) => {
      await setUp();
      const life = world.begin({ defaults, sweepInterval: 600_000 });
      await world.apply({ name: 'web', annotations: own });
      await world.clock.advance(5000);
      expect(ids()).toEqual([]);
      const web = await world.service('web');
      expect([web?.metadata.finalizers, web?.status.ingress]).toEqual([[], []]);
      const said = await condition('web');
      expect(said).toMatchObject({ status: 'False', reason: 'Observed' });
      expect(said?.message).toMatch(/It would take 5 steps: create .*address\/.*\(missing\)/);
      expect(await reasons('web')).toEqual(['ObservedLoadBalancer']);
      await world.clock.advance(1_300_000);
      expect(toCloud(life)).toEqual([]);
      expect(written(life).filter((name) => name.startsWith('PATCH'))).toHaveLength(1);
      await world.remove('web');
      await world.gone('web');
    },
  );

  it('lets one Service be served beside one that is only looked at, and serves that one when it may', async () => {
    await setUp();
    world.begin();
    await world.apply({ name: 'shy', annotations: { 'portico.dev/policy': 'observe' } });
    await world.apply({ name: 'web' });
    await world.address('web');
    expect(ids().filter((id) => id.includes('-shy-'))).toEqual([]);
    await world.merge('shy', policy(null));
    await world.address('shy');
    expect(await condition('shy')).toMatchObject({ status: 'True', reason: 'Programmed' });
  });

  it('leaves a balancer as it is that was made before, tells what differs, and deletes nothing', async () => {
    await setUp();
    const life = world.begin();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.merge('web', policy('observe'));
    await world.clock.advance(5000);
    expect(await condition('web')).toMatchObject({ status: 'True', reason: 'Programmed' });
    const before = ids();
    life.calls.length = 0;
    await world.merge('web', { spec: { ports: [{ port: 81, targetPort: 8080 }] } });
    await world.clock.advance(5000);
    expect(await condition('web')).toMatchObject({ status: 'False', reason: 'Observed' });
    expect((await world.service('web'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
    await world.remove('web');
    await world.clock.advance(1_000_000);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizer]);
    expect(await condition('web')).toMatchObject({ status: 'False', reason: 'ConsentNeeded' });
    expect(toCloud(life)).toEqual([]);
    expect(ids()).toEqual(before);
    await world.merge('web', policy('sync'));
    await world.gone('web');
    await world.clock.advance(5000);
    expect(ids()).toEqual([]);
  });

  it('repairs nothing of what all Services share either', async () => {
    await setUp();
    const first = world.begin();
    await world.apply({ name: 'web' });
    await world.address('web');
    await first.stop();
    const life = world.begin({ defaults: { policy: 'observe' } });
    await world.addNode('n2', 'zone-b');
    await world.clock.advance(60_000);
    expect(toCloud(life)).toEqual([]);
    expect(life.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('upsert-only', () => {
  it.each([
    ['of the cluster', { policy: 'upsert-only' }, {}],
    ['of the Service', {}, { 'portico.dev/policy': 'upsert-only' }],
  ] as const)('%s: makes and changes, and deletes nothing', async (_who, defaults, annotations) => {
    await setUp();
    const life = world.begin({ defaults });
    await world.apply({ name: 'web', annotations, spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } });
    const ip = await world.address('web');
    await world.merge('web', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } });
    await world.clock.advance(5000);
    expect(await condition('web')).toMatchObject({ status: 'True' });
    // A replacement begins with a deletion.
    await world.merge('web', { spec: { ports: [{ port: 81, targetPort: 8080 }] } });
    await world.clock.advance(5000);
    const said = await condition('web');
    expect(said).toMatchObject({ status: 'False', reason: 'ConsentNeeded' });
    expect(said?.message).toMatch(
      /which allows no deletion: delete forwarding-rule\/\S+ \(ports cannot change in place\)\./,
    );
    await world.remove('web');
    await world.clock.advance(60_000);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizer]);
    expect(toCloud(life).filter((name) => name.startsWith('remove'))).toEqual([]);
    expect([...world.cloud.records.values()].some((record) => record.ip === ip)).toBe(true);
  });

  it('tells what it leaves, and converges', async () => {
    await setUp();
    const life = world.begin();
    await world.apply({
      name: 'web',
      annotations: { 'portico.dev/policy': 'upsert-only', 'portico.dev/node-port-firewall': 'true' },
    });
    await world.address('web');
    await world.merge('web', { metadata: { annotations: { 'portico.dev/node-port-firewall': null } } });
    await world.clock.advance(5000);
    const said = await condition('web');
    expect(said).toMatchObject({ status: 'True', reason: 'Programmed' });
    expect(said?.message).toMatch(/Left in the cloud by the policy upsert-only: firewall\/.*nodes-ipv4\./);
    life.calls.length = 0;
    await world.clock.advance(300_000);
    expect(toCloud(life)).toEqual([]);
    await world.merge('web', policy(null));
    await world.clock.advance(5000);
    expect(ids().filter((id) => id.includes('nodes-ipv4'))).toEqual([]);
    expect((await condition('web'))?.message).not.toContain('Left');
  });
});

it('a policy that cannot be read keeps a Service from being changed and from going', async () => {
  await setUp();
  const life = world.begin();
  await world.apply({ name: 'web' });
  await world.address('web');
  await world.merge('web', policy('obsreve'));
  await world.clock.advance(5000);
  life.calls.length = 0;
  await world.remove('web');
  await world.clock.advance(60_000);
  expect(await condition('web')).toMatchObject({ status: 'False', reason: 'InvalidRequest' });
  expect(toCloud(life)).toEqual([]);
  await world.merge('web', policy(null));
  await world.gone('web');
});

describe('a Service that goes without its finalizer, while the controller runs', () => {
  /** Served first, so that there is something to lose; then somebody takes the finalizer away and deletes the Service at once. */
  async function torn(annotations: Readonly<Record<string, string>>): Promise<Life> {
    await setUp();
    const life = world.begin({ sweepInterval: 600_000 });
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.merge('web', { metadata: { annotations } });
    await world.clock.advance(5000);
    life.calls.length = 0;
    await tear();
    await world.clock.advance(60_000);
    return life;
  }
  const tear = async (): Promise<void> => {
    await world.merge('web', { metadata: { finalizers: null } });
    await world.remove('web');
  };
  const ofWeb = (): string[] => ids().filter((id) => id.includes('-default-web-'));

  it.each(['observe', 'upsert-only', 'obsreve'])(
    'its own policy %s holds: what it had is left, and told',
    async (own) => {
      const life = await torn({ 'portico.dev/policy': own });
      expect(toCloud(life)).toEqual([]);
      expect(ofWeb()).toHaveLength(5);
      await world.clock.advance(720_000);
      expect(await reasons('web')).toContain('OrphanedLoadBalancer');
    },
  );

  it('its own policy holds on after another Service took its name, and when orphans are to be deleted', async () => {
    await setUp();
    const life = world.begin({ sweepInterval: 600_000, orphans: 'delete' });
    await world.apply({ name: 'web', annotations: { 'portico.dev/policy': 'upsert-only' } });
    const ip = await world.address('web');
    await tear();
    await world.clock.advance(2_000_000);
    await world.apply({ name: 'web' });
    expect(await world.address('web')).not.toBe(ip);
    await world.clock.advance(2_000_000);
    expect(toCloud(life).filter((name) => name.startsWith('remove'))).toEqual([]);
    expect([...world.cloud.records.values()].some((record) => record.ip === ip)).toBe(true);
  });

  it('its own wish to keep the address holds', async () => {
    await torn({ 'portico.dev/retain': 'address' });
    expect(ofWeb()).toEqual([expect.stringMatching(/^address\//)]);
  });

  it('an edit that comes with the end is heard', async () => {
    await setUp();
    const life = world.begin();
    await world.apply({ name: 'web' });
    await world.address('web');
    life.calls.length = 0;
    await world.merge('web', policy('upsert-only'));
    await tear();
    await world.clock.advance(60_000);
    expect(toCloud(life)).toEqual([]);
  });

  it('without a policy of its own it is cleaned up', async () => {
    await torn({});
    expect(ids()).toEqual([]);
  });
});
