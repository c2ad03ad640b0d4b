import { afterEach, describe, expect, it } from 'vitest';
import { type Life, type Simulation, simulate, written } from './simulation.ts';

let world: Simulation;
afterEach(() => world.close());

const members = (): Record<string, unknown> =>
  Object.fromEntries(
    [...world.cloud.records.values()]
      .filter(({ kind }) => kind === 'instance-group')
      .map(({ body }) => [String(body['zone']), body['nodes']]),
  );
const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers';

async function patchNode(name: string, patch: unknown, subresource = ''): Promise<void> {
  const path = `/api/v1/nodes/${name}${subresource}`;
  const { status, body } = await world.request('PATCH', path, patch, 'application/merge-patch+json');
  if (status !== 200) throw new Error(JSON.stringify(body));
}

async function serving(nodes: Readonly<Record<string, string>>, services = ['web']): Promise<Life> {
  world = simulate();
  for (const [name, zone] of Object.entries(nodes)) await world.addNode(name, zone);
  const life = world.begin();
  for (const name of services) await world.apply({ name });
  for (const name of services) await world.address(name);
  await world.clock.advance(2000);
  life.calls.length = 0;
  return life;
}

describe('nodes', () => {
  it('come and go by one change of their group, whatever the number of Services', async () => {
    const life = await serving({ n1: 'zone-a' }, ['a', 'b', 'c']);
    await world.addNode('n2', 'zone-a');
    await world.clock.advance(2000);
    expect(members()).toEqual({ 'zone-a': ['n1', 'n2'] });
    await world.request('DELETE', '/api/v1/nodes/n1');
    await world.clock.advance(2000);
    expect(members()).toEqual({ 'zone-a': ['n2'] });
    const groups = written(life).filter((name) => name.startsWith('patch instance-group/'));
    expect(written(life)).toEqual(groups);
    expect(groups).toHaveLength(2);
  });

  it('arriving in a storm are one pass', async () => {
    const life = await serving({ n0: 'zone-a' });
    for (let index = 1; index <= 200; index += 1) await world.addNode(`n${index}`, 'zone-a');
    await world.clock.advance(3000);
    expect(members()['zone-a']).toHaveLength(201);
    expect(written(life)).toHaveLength(1);
  });

  it('in a new zone give every Service a new group, and the last node of a zone leaves the group empty', async () => {
    await serving({ n1: 'zone-a' });
    await world.addNode('n2', 'zone-b');
    await world.clock.advance(2000);
    const backend = [...world.cloud.records.values()].find(({ kind }) => kind === 'backend-service');
    expect(backend?.body['groups']).toHaveLength(2);
    await world.request('DELETE', '/api/v1/nodes/n1');
    await world.clock.advance(2000);
    expect(members()).toEqual({ 'zone-a': [], 'zone-b': ['n2'] });
  });

  it('that all go are a Warning; the balancer and its address stay', async () => {
    const life = await serving({ n1: 'zone-a' });
    const before = (await world.service('web'))?.status.ingress;
    await world.request('DELETE', '/api/v1/nodes/n1');
    await world.clock.advance(3000);
    const web = await world.service('web');
    expect(web?.status.ingress).toEqual(before);
    expect(web?.status.conditions).toMatchObject([{ status: 'False', reason: 'NoEligibleNodes' }]);
    expect(members()).toEqual({ 'zone-a': [] });
    expect(written(life).filter((name) => name.startsWith('remove'))).toEqual([]);
    const events = (await world.events()).filter(({ reason }) => reason === 'UnAvailableLoadBalancer');
    expect(events.map(({ type, count }) => [type, count])).toEqual([['Warning', 1]]);
    await world.addNode('n2', 'zone-a');
    await world.clock.advance(3000);
    expect((await world.service('web'))?.status.conditions).toMatchObject([{ status: 'True' }]);
  });

  it('without a providerID are said to be unusable, on the node, once', async () => {
    await serving({ n1: 'zone-a' });
    await world.addNode('n2', 'zone-a', { spec: {} });
    await world.clock.advance(2000);
    await patchNode('n2', { metadata: { labels: { some: 'label' } } });
    await world.clock.advance(2000);
    expect(members()).toEqual({ 'zone-a': ['n1'] });
    const told = (await world.events()).filter(({ involvedObject }) => involvedObject.name === 'n2');
    expect(told.map(({ type, reason, count }) => [type, reason, count])).toEqual([['Warning', 'NodeNotUsable', 1]]);
    expect(told[0]?.message).toContain('spec.providerID');
    // R: F.1 TestNodesNotEqual, a providerID that is filled in.
    await patchNode('n2', { spec: { providerID: 'mock://machines/n2' } });
    await world.clock.advance(2000);
    expect(members()).toEqual({ 'zone-a': ['n1', 'n2'] });
  });

  // R: F.1 TestNodeChangesForStableNodeSetEnabled, Test_shouldSyncUpdatedNode
  it.each([
    ['excluded by label', { metadata: { labels: { [excluded]: '' } } }, '', ['n1']],
    ['excluded by an unparsable label', { metadata: { labels: { [excluded]: 'maybe' } } }, '', ['n1']],
    ['not excluded by =false', { metadata: { labels: { [excluded]: 'false' } } }, '', ['n1', 'n2']],
    [
      'about to be deleted by the autoscaler',
      { spec: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] } },
      '',
      ['n1'],
    ],
    ['unschedulable', { spec: { unschedulable: true } }, '', ['n1', 'n2']],
    [
      'without its zone label for a moment',
      { metadata: { labels: { 'topology.kubernetes.io/zone': null } } },
      '',
      ['n1', 'n2'],
    ],
    ['not ready', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, '/status', ['n1', 'n2']],
  ])('%s', async (_title, patch, subresource, left) => {
    const life = await serving({ n1: 'zone-a', n2: 'zone-a' });
    await patchNode('n2', patch, subresource);
    await world.clock.advance(2000);
    expect(members()).toEqual({ 'zone-a': left });
    expect(written(life)).toHaveLength(left.length === 2 ? 0 : 1);
  });

  it('that move to another zone change groups', async () => {
    await serving({ n1: 'zone-a', n2: 'zone-b' });
    await patchNode('n2', { metadata: { labels: { 'topology.kubernetes.io/zone': 'zone-a' } } });
    await world.clock.advance(2000);
    expect(members()).toEqual({ 'zone-a': ['n1', 'n2'], 'zone-b': [] });
  });

  // R: F.1 TestSlowNodeSync: a slow node pass must not overwrite newer work with an older list.
  it('that come during a slow pass are in the next', async () => {
    world = simulate({ latencyMs: 10_000 });
    await world.addNode('n1', 'zone-a');
    world.begin();
    await world.apply({ name: 'a' });
    await world.address('a');
    await world.addNode('n2', 'zone-a');
    await world.clock.advance(3000);
    await world.addNode('n3', 'zone-a');
    await world.apply({ name: 'b' });
    await world.address('b');
    await world.clock.advance(60_000);
    expect(members()).toEqual({ 'zone-a': ['n1', 'n2', 'n3'] });
  });
});

describe('a storm of nodes', () => {
  const zones = ['zone-a', 'zone-b', 'zone-c'];
  const zoneOf = (index: number): string => zones[index % 3] ?? '';
  const cloudCalls = (life: Life): { readonly reads: number; readonly writes: number } => {
    const calls = life.calls.filter(({ to }) => to === 'cloud');
    return { reads: calls.filter(({ writes }) => !writes).length, writes: calls.filter(({ writes }) => writes).length };
  };
  const looks = (life: Life): number => life.passes.filter(({ scope }) => scope === 'cluster').length;

  async function many(count: number, services: readonly string[]): Promise<Life> {
    const life = await serving({ 'n-0': 'zone-a', 'n-1': 'zone-b', 'n-2': 'zone-c' }, [...services]);
    for (let index = 3; index < count; index += 1) await world.addNode(`n-${index}`, zoneOf(index));
    await world.clock.advance(5000);
    life.calls.length = 0;
    life.passes.length = 0;
    return life;
  }

  it('of 5,000 that arrive within ten seconds is a look each half second, whatever the number of Services', async () => {
    const life = await serving({ 'n-0': 'zone-a', 'n-1': 'zone-b', 'n-2': 'zone-c' }, ['a', 'b', 'c', 'd', 'e']);
    life.passes.length = 0;
    for (let index = 3; index < 5000; index += 1) {
      await world.addNode(`n-${index}`, zoneOf(index));
      if (index % 50 === 0) await world.clock.advance(100);
    }
    await world.clock.advance(2000);
    expect(Object.values(members()).reduce<number>((sum, nodes) => sum + (nodes as unknown[]).length, 0)).toBe(5000);
    // Ten seconds of half seconds, and the end of the last.
    expect(looks(life)).toBeLessThanOrEqual(21);
    // At most one change of each of the three groups at each look.
    expect(cloudCalls(life).writes).toBeLessThanOrEqual(3 * 21);
    expect(life.passes.filter(({ scope, result }) => scope === 'service' && result !== 'unchanged')).toEqual([]);
  });

  it('of 500 that lose and gain readiness costs nothing', async () => {
    const life = await many(600, ['a', 'b']);
    for (let flap = 0; flap < 2; flap += 1) {
      const status = flap % 2 === 0 ? 'False' : 'True';
      for (let index = 0; index < 500; index += 1) {
        await patchNode(`n-${index}`, { status: { conditions: [{ type: 'Ready', status }] } }, '/status');
      }
      await world.clock.advance(10_000);
    }
    expect(cloudCalls(life)).toEqual({ reads: 0, writes: 0 });
    expect(looks(life)).toBe(0);
  });

  it('of 500 that are excluded and come back is three changes each time', async () => {
    const life = await many(600, ['a', 'b']);
    for (let flap = 0; flap < 2; flap += 1) {
      const value = flap % 2 === 0 ? '' : null;
      for (let index = 0; index < 500; index += 1) {
        await patchNode(`n-${index}`, { metadata: { labels: { [excluded]: value } } });
      }
      await world.clock.advance(10_000);
    }
    expect(cloudCalls(life).writes).toBe(3 * 2);
    expect(looks(life)).toBe(2);
    expect(Object.values(members()).map((nodes) => (nodes as unknown[]).length)).toEqual([200, 200, 200]);
  });

  it('of 500 that flap within half a second and are as before is looked at once and changes nothing', async () => {
    const life = await many(600, ['a']);
    for (const value of ['', null]) {
      for (let index = 0; index < 500; index += 1) {
        await patchNode(`n-${index}`, { metadata: { labels: { [excluded]: value } } });
      }
    }
    await world.clock.advance(10_000);
    expect(cloudCalls(life).writes).toBe(0);
    expect(looks(life)).toBe(1);
  });
});
