import { afterEach, describe, expect, it } from 'vitest';
import { type GceSimulation, simulateGce } from './controller.ts';

let world: GceSimulation;
afterEach(() => world.close());

const a = 'us-central1-a';
const b = 'us-central1-b';
const deleteNode = (name: string) => world.request('DELETE', `/api/v1/nodes/${name}`);

describe('a node in a zone that is not in the region', () => {
  it('is left out and told so; Services are served as if it were not there', async () => {
    world = simulateGce();
    await world.addGceNode('n1', a);
    await world.addGceNode('far', 'europe-west1-b', false);
    const life = world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    expect(await world.condition('web')).toMatchObject({ status: 'True' });
    expect(world.members()).toEqual({ [a]: ['n1'] });
    expect(life.passes.filter(({ scope, result }) => scope === 'cluster' && result !== 'converged')).toEqual([]);
    await world.clock.advance(1000);
    expect(await world.eventsOf('Node', 'far')).toMatchObject([{ reason: 'NodeNotUsable', count: 1 }]);
    expect((await world.eventsOf('Node', 'far'))[0]?.message).toContain(
      'europe-west1-b is not in the region us-central1',
    );
  });

  it.each([
    ['another project', 'gce://elsewhere/us-central1-a/n2', 'elsewhere'],
    ['another cloud', 'aws:///us-central1-a/i-1', 'gce://PROJECT/ZONE/NAME'],
  ])('of %s is left out too', async (_title, providerID, says) => {
    world = simulateGce();
    await world.addGceNode('n1', a);
    await world.addNode('n2', a, { spec: { providerID } });
    world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(1000);
    expect(world.members()).toEqual({ [a]: ['n1'] });
    expect((await world.eventsOf('Node', 'n2'))[0]?.message).toContain(says);
  });

  it('by its label alone stays: the machine is where it is', async () => {
    world = simulateGce();
    world.gce.addInstance({ name: 'n1', zone: a });
    await world.addNode('n1', 'somewhere', { spec: { providerID: `gce://portico/${a}/n1` } });
    world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    expect(world.members()).toEqual({ [a]: ['n1'] });
  });
});

it.each(['instance-groups', 'endpoint-groups'] as const)(
  'a node in a zone that the region does not have is left out and told so, with %s',
  async (kind) => {
    world = simulateGce();
    await world.addGceNode('n1', a);
    await world.addGceNode('odd', 'us-central1-z', false);
    const life = world.beginGce({ settings: { backends: { kind } } });
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(2000);
    expect(await world.condition('web')).toMatchObject({ status: 'True' });
    expect(life.passes.filter(({ result }) => result === 'invalid')).toEqual([]);
    if (kind === 'endpoint-groups') return;
    expect(world.members()).toEqual({ [a]: ['n1'] });
    const [told, ...more] = await world.eventsOf('Node', 'odd');
    expect([told?.reason, told?.count, more]).toEqual(['NodeNotUsable', 1, []]);
    expect(told?.message).toContain('us-central1-z does not exist');
  },
);

it('a group that cannot be made because of a zone is forgotten with its node', async () => {
  world = simulateGce();
  await world.addGceNode('n1', a);
  await world.addGceNode('n2', b);
  // The zone answers as one that does not exist: to the insert, and to the look afterwards.
  const unknown = { type: 'error', status: 400, reason: 'invalid' } as const;
  const match = { path: 'zones/us-central1-b/instanceGroups' };
  world.gce.setFaults([{ match, effect: unknown }]);
  const life = world.beginGce();
  await world.apply({ name: 'web' });
  await world.clock.advance(5000);
  expect(life.passes.some(({ scope, result }) => scope === 'cluster' && result === 'invalid')).toBe(true);
  await deleteNode('n2');
  await world.eventually(async () => (await world.condition('web'))?.status === 'True', 60_000);
  expect(world.members()).toEqual({ [a]: ['n1'] });
});

it('a failed pass over the shared graph is tried again after any event of a node, though not at once', async () => {
  world = simulateGce();
  await world.addGceNode('n1', a);
  const refusal = { type: 'error', status: 400, reason: 'invalid' } as const;
  world.gce.setFaults([{ match: { method: 'instanceGroups.insert' }, effect: refusal }]);
  const life = world.beginGce();
  await world.apply({ name: 'web' });
  await world.clock.advance(120_000);
  const passes = () => life.passes.filter(({ scope }) => scope === 'cluster').length;
  const before = passes();
  world.gce.setFaults([]);
  await world.clock.advance(120_000);
  expect(passes()).toBe(before);
  const patch = { metadata: { labels: { some: 'thing' } } };
  await world.request('PATCH', '/api/v1/nodes/n1', patch, 'application/merge-patch+json');
  await world.clock.advance(20_000);
  expect(passes()).toBe(before);
  await world.clock.advance(20_000);
  expect(world.members()).toEqual({ [a]: ['n1'] });
  await world.address('web');
});

describe('a node whose machine does not exist', () => {
  it('is told once, on the node, tried again after half a minute, and joins when the machine is there', async () => {
    world = simulateGce();
    await world.addGceNode('n1', a);
    await world.addGceNode('n2', a, false);
    const life = world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    expect(world.members()).toEqual({ [a]: ['n1'] });
    await world.clock.advance(10 * 60_000);
    const told = await world.eventsOf('Node', 'n2');
    expect(told.map(({ type, reason, count }) => [type, reason, count])).toEqual([
      ['Warning', 'NodeWithoutMachine', 1],
    ]);
    expect(await world.eventsOf('Node', 'n1')).toEqual([]);
    expect(life.logs.filter(({ message }) => message === 'notice of the cloud')).toHaveLength(1);
    const asked = (name: string): number => world.gce.calls.log().filter(({ method }) => method === name).length;
    // Once for both, which is refused, and once for the one that is there; from then on it is only looked for:
    // 30, 60, 120, 240 and 300 seconds after one another, and at each sweep.
    expect(asked('instanceGroups.addInstances')).toBe(2);
    expect(asked('instances.get')).toBeGreaterThan(5);
    expect(asked('instances.get')).toBeLessThan(12);
    world.gce.addInstance({ name: 'n2', zone: a });
    await world.clock.advance(310_000);
    expect(world.members()).toEqual({ [a]: ['n1', 'n2'] });
  });

  it('is tried again within half a minute of the first refusal', async () => {
    world = simulateGce();
    await world.addGceNode('n1', a, false);
    world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    world.gce.addInstance({ name: 'n1', zone: a });
    await world.clock.advance(31_000);
    expect(world.members()).toEqual({ [a]: ['n1'] });
  });

  it('is asked for all the same by who may not look at machines, and one that is a member already is one', async () => {
    world = simulateGce();
    await world.addGceNode('n1', a, false);
    const denied = { type: 'error', status: 403, reason: 'forbidden' } as const;
    world.gce.setFaults([{ match: { method: 'instances.get' }, effect: denied }]);
    world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    world.gce.addInstance({ name: 'n1', zone: a });
    const already = { type: 'error', status: 400, reason: 'memberAlreadyExists' } as const;
    world.gce.setFaults([
      { match: { method: 'instances.get' }, effect: denied },
      { match: { method: 'instanceGroups.addInstances' }, effect: already },
    ]);
    await world.clock.advance(31_000);
    expect(await world.condition('web')).toMatchObject({ status: 'True' });
  });

  it('when it is the only one, is no traffic: the condition says so, until one can join', async () => {
    world = simulateGce();
    await world.addGceNode('n1', a, false);
    world.beginGce();
    await world.apply({ name: 'web' });
    await world.clock.advance(5000);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'NoEligibleNodes' });
    await world.addGceNode('n2', b);
    await world.clock.advance(5000);
    expect(await world.condition('web')).toMatchObject({ status: 'True' });
    await deleteNode('n2');
    await world.clock.advance(5000);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'NoEligibleNodes' });
  });

  it('is told anew when it goes and comes again', async () => {
    world = simulateGce();
    await world.addGceNode('n1', a);
    world.beginGce();
    await world.apply({ name: 'web' });
    await world.address('web');
    for (const _round of [1, 2]) {
      await world.addGceNode('n2', a, false);
      await world.clock.advance(5000);
      await deleteNode('n2');
      await world.clock.advance(5000);
    }
    const told = (await world.events()).filter(({ reason }) => reason === 'NodeWithoutMachine');
    expect(told).toHaveLength(2);
  });
});

it('a cluster whose last balancer went is not taken for one without machines when the next one comes', async () => {
  world = simulateGce();
  await world.addGceNode('n1', a);
  world.beginGce();
  for (const name of ['first', 'second']) {
    // The shared graph's own firewall rules come first, and last: the Service is ready before its pass has ended.
    const match = { method: 'firewalls.insert', nth: 1, times: 2 };
    world.gce.setFaults([{ match, effect: { type: 'delay', ms: 10_000 } }]);
    await world.apply({ name });
    await world.address(name);
    await world.clock.advance(20_000);
    expect((await world.eventsOf('Service', name)).map(({ reason }) => reason)).toEqual([
      'EnsuringLoadBalancer',
      'EnsuredLoadBalancer',
    ]);
    await world.remove(name);
    await world.gone(name);
    await world.clock.advance(5000);
    expect(world.members()).toEqual({});
  }
});

it('of more than 1,000 nodes in a zone the ones beyond are told how many they are and what to do', async () => {
  world = simulateGce();
  for (let index = 0; index < 1003; index += 1) await world.addGceNode(`n${10_000 + index}`, a);
  const life = world.beginGce();
  await world.apply({ name: 'web' });
  await world.address('web');
  await world.clock.advance(60_000);
  expect(world.members()[a]).toHaveLength(1000);
  const logged = life.logs.filter(({ message }) => message === 'notice of the cloud');
  expect(logged.map(({ fields }) => (fields as { reason: string }).reason)).toEqual(['InstanceGroupFull']);
  const told = (await world.events()).filter(({ reason }) => reason === 'InstanceGroupFull');
  expect(told.map(({ involvedObject }) => involvedObject.name).toSorted()).toEqual(['n11000', 'n11001', 'n11002']);
  expect(told[0]?.message).toContain('has 1003 nodes');
  expect(told[0]?.message).toContain('--gce-backends endpoint-groups');
});
