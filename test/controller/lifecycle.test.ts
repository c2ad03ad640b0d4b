import { afterEach, describe, expect, it } from 'vitest';
import { classIs } from '../../src/controller/decide.ts';
import { finalizer, finalizerOf } from '../../src/controller/status.ts';
import { type Life, type Simulation, simulate, written } from './simulation.ts';

let world: Simulation;
afterEach(() => world.close());

const condition = async (name: string) =>
  (await world.service(name))?.status.conditions.find(({ type }) => type === 'portico.dev/Programmed');
const reasons = async (name: string) =>
  (await world.events()).filter((event) => event.involvedObject.name === name).map((event) => event.reason);
const ids = (): string[] => [...world.cloud.records.keys()].toSorted();
const ofService = (name: string): string[] => ids().filter((id) => id.includes(`-default-${name}-`));
const ofTheirs = (): string[] => ids().filter((id) => id.includes('-theirs-default-web-'));
const clear = (life: Life): void => {
  life.calls.length = 0;
};

async function running(claims = classIs(null)): Promise<Life> {
  world = simulate();
  await world.addNode('n1', 'zone-a');
  return world.begin({ claims });
}

describe('creation', () => {
  it('gives an address, a finalizer, a condition and two Events, by two patches', async () => {
    const life = await running();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    const web = await world.service('web');
    expect(web?.metadata.finalizers).toEqual([finalizer]);
    expect(web?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
    expect(await condition('web')).toMatchObject({ status: 'True', reason: 'Programmed' });
    await world.clock.advance(1000);
    expect(await reasons('web')).toEqual(['EnsuringLoadBalancer', 'EnsuredLoadBalancer']);
    const writes = written(life);
    expect(writes.filter((name) => name.startsWith('PATCH'))).toHaveLength(2);
    expect(writes.indexOf('PATCH /api/v1/namespaces/default/services/web/status')).toBeLessThan(
      writes.findIndex((name) => name.startsWith('insert address/')),
    );
    expect(writes.some((name) => name.startsWith('PUT'))).toBe(false);
  });

  it('says at once that the balancer is being made, and since when', async () => {
    world = simulate({ latencyMs: 5000 });
    await world.addNode('n1', 'zone-a');
    world.begin();
    await world.apply({ name: 'web' });
    await world.clock.advance(8000);
    expect(await condition('web')).toMatchObject({ status: 'False', reason: 'Provisioning' });
    await world.address('web');
    expect(await condition('web')).toMatchObject({ status: 'True' });
  });

  it('leaves Services of other types alone', async () => {
    const life = await running();
    clear(life);
    await world.apply({ name: 'inner', type: 'ClusterIP' });
    await world.apply({ name: 'outer', type: 'NodePort' });
    await world.clock.advance(60_000);
    expect(written(life)).toEqual([]);
    expect(ids()).toEqual([]);
  });

  // R: F.1 TestSyncLoadBalancerIfNeeded
  it.each(['TCP', 'UDP'])('serves %s', async (protocol) => {
    await running();
    await world.apply({ name: 'web', spec: { ports: [{ port: 53, protocol }] } });
    await world.address('web');
    expect(ofService('web')).toHaveLength(5);
  });

  it('serves the fourth Service while three that fail are tried again', async () => {
    world = simulate();
    await world.addNode('n1', 'zone-a');
    world.begin({
      workers: 1,
      onCall: ({ name }) => {
        if (/insert .*-default-bad\d-/.test(name)) throw new Error('refused');
      },
    });
    for (const name of ['bad1', 'bad2', 'bad3', 'good']) await world.apply({ name });
    await world.address('good');
    expect(world.clock.monotonic()).toBeLessThan(1000);
    await world.clock.advance(600_000);
    expect(await condition('bad1')).toMatchObject({ status: 'False', reason: 'InternalError' });
    const failed = (await world.events()).filter(
      ({ reason, involvedObject }) => reason === 'SyncLoadBalancerFailed' && involvedObject.name === 'bad1',
    );
    expect(failed).toHaveLength(1);
    // At most 1, 2, 4, … 256, 300 seconds apart, at least half of it.
    expect(failed[0]?.count).toBeGreaterThan(8);
    expect(failed[0]?.count).toBeLessThan(14);
  });
});

describe('rest', () => {
  it('writes nothing and looks at nothing when nothing changes', async () => {
    const life = await running();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(5000);
    clear(life);
    await world.merge('web', { metadata: { annotations: { 'example.com/other': 'x' }, labels: { a: 'b' } } });
    await world.merge('web', { spec: { selector: { app: 'else' } } });
    await world.clock.advance(60_000);
    expect(life.calls.filter(({ to }) => to === 'cloud')).toEqual([]);
    expect(written(life)).toEqual([]);
  });

  it('sweeps for drift by reading alone, and repairs what was deleted outside with the same address', async () => {
    world = simulate();
    await world.addNode('n1', 'zone-a');
    const life = world.begin({ sweepInterval: 600_000 });
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.clock.advance(5000);
    clear(life);
    await world.clock.advance(700_000);
    expect(written(life)).toEqual([]);
    expect(life.calls.some(({ to }) => to === 'cloud')).toBe(true);
    const rule = ofService('web').find((id) => id.startsWith('forwarding-rule/')) as `forwarding-rule/${string}`;
    world.cloud.lose(rule);
    await world.clock.advance(700_000);
    expect(ofService('web')).toHaveLength(5);
    expect((await world.service('web'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
    // The condition says what was repaired.
    expect(written(life).filter((name) => !name.includes('/events'))).toEqual([
      `insert ${rule}`,
      'PATCH /api/v1/namespaces/default/services/web/status',
    ]);
  });

  it('writes nothing after a restart', async () => {
    const life = await running();
    for (const name of ['a', 'b', 'c']) await world.apply({ name });
    for (const name of ['a', 'b', 'c']) await world.address(name);
    await world.clock.advance(2000);
    await life.stop();
    const next = world.begin();
    await world.clock.advance(60_000);
    expect(written(next)).toEqual([]);
    expect(next.passes.filter(({ result }) => result === 'converged')).toHaveLength(4);
  });

  // R: l4lbcommon: finalizer removed unexpectedly
  it('repairs an edit of our status and of our condition by others', async () => {
    await running();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.clock.advance(2000);
    await world.merge('web', { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }, 'status');
    await world.clock.advance(2000);
    expect((await world.service('web'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
    await world.merge('web', { status: { conditions: null } }, 'status');
    await world.clock.advance(2000);
    expect(await condition('web')).toMatchObject({ status: 'True' });
    await world.merge('web', { metadata: { finalizers: null } });
    await world.clock.advance(2000);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizer]);
    expect(await reasons('web')).toEqual(['EnsuringLoadBalancer', 'EnsuredLoadBalancer']);
  });
});

describe('change', () => {
  // R: e2e change type and ports of a TCP Service
  it('keeps the address when ports change, and gives it up with the type', async () => {
    await running();
    await world.apply({ name: 'web', type: 'ClusterIP' });
    await world.merge('web', { spec: { type: 'NodePort' } });
    await world.clock.advance(2000);
    expect(ids()).toEqual([]);
    await world.merge('web', { spec: { type: 'LoadBalancer' } });
    const ip = await world.address('web');
    await world.merge('web', { spec: { ports: [{ port: 81, targetPort: 8080 }] } });
    await world.clock.advance(5000);
    expect((await world.service('web'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
    const rule = [...world.cloud.records.values()].find(({ kind }) => kind === 'forwarding-rule');
    expect(rule?.body['ports']).toEqual(['tcp/81']);
    await world.merge('web', { spec: { type: 'ClusterIP' } });
    await world.clock.advance(5000);
    expect(ids()).toEqual([]);
    const web = await world.service('web');
    expect([web?.metadata.finalizers, web?.status]).toEqual([[], { ingress: [], conditions: [] }]);
  });

  // R: e2e finalizer lifecycle; F.1 TestNeedsCleanup
  it('has the finalizer exactly while there is a balancer, and lets it block the deletion', async () => {
    world = simulate({ latencyMs: 1000 });
    await world.addNode('n1', 'zone-a');
    world.begin();
    await world.apply({ name: 'web', type: 'ClusterIP' });
    const held = async (): Promise<boolean> =>
      (await world.service('web'))?.metadata.finalizers.includes(finalizer) === true;
    await world.clock.advance(5000);
    expect(await held()).toBe(false);
    await world.merge('web', { spec: { type: 'LoadBalancer' } });
    await world.address('web');
    expect(await held()).toBe(true);
    await world.merge('web', { spec: { type: 'ClusterIP' } });
    await world.eventually(async () => !(await held()));
    expect(ofService('web')).toEqual([]);
    await world.merge('web', { spec: { type: 'LoadBalancer' } });
    await world.address('web');
    await world.remove('web');
    await world.clock.advance(500);
    expect((await world.service('web'))?.metadata.deletionTimestamp).not.toBeNull();
    expect(await held()).toBe(true);
    await world.gone('web');
    expect(ofService('web')).toEqual([]);
  });

  it('takes a new address when the scheme changes, and never shows the old one after giving it up', async () => {
    world = simulate({ latencyMs: 100 });
    await world.addNode('n1', 'zone-a');
    world.begin();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.merge('web', { metadata: { annotations: { 'portico.dev/scheme': 'internal' } } });
    const stale: string[] = [];
    await world.eventually(async () => {
      const shown = (await world.service('web'))?.status.ingress[0]?.ip;
      const held = [...world.cloud.records.values()].some((record) => record.ip === ip);
      if (shown === ip && !held) stale.push(shown);
      return shown !== undefined && shown !== ip;
    });
    expect(stale).toEqual([]);
    expect((await world.service('web'))?.status.ingress[0]?.ip).toMatch(/^10\.128\./);
  });
});

describe('deletion', () => {
  // R: l4netlbcontroller delete while a group is in use
  it('removes all that was made, the shared graph with the last Service, and says so once', async () => {
    const life = await running();
    await world.apply({ name: 'a' });
    await world.apply({ name: 'b' });
    await world.address('a');
    await world.address('b');
    await world.remove('a');
    await world.gone('a');
    await world.clock.advance(5000);
    expect(ofService('a')).toEqual([]);
    expect(ids().filter((id) => id.startsWith('instance-group/'))).toHaveLength(1);
    await world.remove('b');
    await world.gone('b');
    await world.clock.advance(5000);
    expect(ids()).toEqual([]);
    expect((await reasons('a')).slice(2)).toEqual(['DeletingLoadBalancer', 'DeletedLoadBalancer']);
    expect(life.passes.some(({ result }) => result === 'cleaned')).toBe(true);
  });

  it('clears the status before the first resource goes', async () => {
    world = simulate({ latencyMs: 1000 });
    await world.addNode('n1', 'zone-a');
    const life = world.begin();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(1000);
    clear(life);
    await world.remove('web');
    await world.gone('web');
    const writes = written(life).filter((name) => !name.includes('/events'));
    expect(writes[0]).toBe('PATCH /api/v1/namespaces/default/services/web/status');
    expect(writes.findIndex((name) => name.startsWith('remove address/'))).toBeGreaterThan(0);
    expect(writes.filter((name) => name.startsWith('PATCH'))).toHaveLength(2);
  });

  it('keeps the finalizers of others, and never gives a deleted Service its own back', async () => {
    await running();
    await world.apply({ name: 'web' });
    await world.address('web');
    const other = 'example.com/keep';
    await world.merge('web', { metadata: { finalizers: [other, finalizer] } });
    await world.remove('web');
    await world.eventually(async () => ofService('web').length === 0);
    await world.clock.advance(2000);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([other]);
    // R: cloud-provider-gcp issue 981, a node event between the finalizer's removal and the deletion.
    await world.addNode('n2', 'zone-b');
    await world.merge('web', { spec: { ports: [{ port: 81 }] } });
    await world.clock.advance(60_000);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([other]);
    expect(ofService('web')).toEqual([]);
    await world.merge('web', { metadata: { finalizers: null } });
    await world.gone('web');
  });

  it('deletes what a Service left that lost its finalizer and was made anew under the name', async () => {
    await running();
    await world.apply({ name: 'web' });
    await world.address('web');
    const first = ofService('web');
    await world.remove('web');
    await world.merge('web', { metadata: { finalizers: null } }).catch(() => undefined);
    await world.gone('web');
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(5000);
    expect(ofService('web')).toHaveLength(5);
    expect(first.filter((id) => ids().includes(id))).toEqual([]);
  });

  it('deletes what a Service leaves that stops to be one and loses its finalizer and condition at once', async () => {
    await running();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(2000);
    await Promise.all([
      world.merge('web', { spec: { type: 'ClusterIP' }, metadata: { finalizers: null } }),
      world.merge('web', { status: { conditions: null } }, 'status'),
    ]);
    await world.clock.advance(10_000);
    expect(ids()).toEqual([]);
    expect((await world.service('web'))?.status).toEqual({ ingress: [], conditions: [] });
  });

  it('finds the leftovers of an earlier Service of the name after a restart; those of no Service are only told', async () => {
    const life = await running();
    for (const name of ['again', 'lost']) await world.apply({ name });
    for (const name of ['again', 'lost']) await world.address(name);
    life.crash();
    for (const name of ['again', 'lost']) {
      await world.remove(name);
      await world.merge(name, { metadata: { finalizers: null } });
    }
    await world.apply({ name: 'again' });
    const lost = ofService('lost');
    const next = world.begin();
    await world.address('again');
    await world.clock.advance(5000);
    expect(ofService('again')).toHaveLength(5);
    expect(ofService('lost')).toEqual(lost);
    expect(next.orphans[0]).toMatchObject([{ kind: 'service', namespace: 'default', name: 'lost' }]);
  });
});

describe('an edit while a pass works', () => {
  it.each([100, 500, 1500])('is done too, %i ms after the one before', async (ms) => {
    world = simulate({ latencyMs: 1000 });
    await world.addNode('n1', 'zone-a');
    world.begin();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(10_000);
    await world.merge('web', { spec: { loadBalancerSourceRanges: ['10.1.0.0/16'] } });
    await world.clock.advance(ms);
    await world.merge('web', { spec: { loadBalancerSourceRanges: ['10.2.0.0/16'] } });
    await world.clock.advance(20_000);
    const firewalls = JSON.stringify([...world.cloud.records.values()].filter(({ kind }) => kind === 'firewall'));
    expect(firewalls).toContain('10.2.0.0/16');
    expect(firewalls).not.toContain('10.1.0.0/16');
  });
});

describe('class', () => {
  // R: F.1 TestSyncLoadBalancerIfNeeded, loadBalancerClass set; l4netlbcontroller ownership
  it('serves only its own class, or only Services without one', async () => {
    const life = await running(classIs('example.com/ours'));
    await world.apply({ name: 'none' });
    await world.apply({ name: 'other', spec: { loadBalancerClass: 'example.com/theirs' } });
    await world.apply({ name: 'ours', spec: { loadBalancerClass: 'example.com/ours' } });
    await world.address('ours');
    await world.clock.advance(60_000);
    expect([...ofService('none'), ...ofService('other')]).toEqual([]);
    expect(written(life).filter((name) => /services\/(none|other)/.test(name))).toEqual([]);
  });

  it.each([null, 'example.com/ours'])(
    'of %s: a finalizer that somebody takes away is put back at once',
    async (name) => {
      await running(classIs(name));
      await world.apply({ name: 'web', spec: { loadBalancerClass: name } });
      await world.address('web');
      await world.clock.advance(5000);
      await world.merge('web', { metadata: { finalizers: null } });
      await world.clock.advance(5000);
      expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizerOf(name)]);
    },
  );

  it('cleans up after a Service that went to another class, and leaves that class its status', async () => {
    await running();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.merge('web', { spec: { type: 'ClusterIP' } });
    await world.merge('web', { spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/theirs' } });
    await world.merge('web', { status: { loadBalancer: { ingress: [{ hostname: 'theirs.example.com' }] } } }, 'status');
    await world.clock.advance(10_000);
    expect(ofService('web')).toEqual([]);
    const web = await world.service('web');
    expect(web?.status).toEqual({ ingress: [{ hostname: 'theirs.example.com' }], conditions: [] });
    expect(web?.metadata.finalizers).toEqual([]);
  });

  it('cleans up after one that went to another class while a pass over it ran, and leaves that class the finalizer', async () => {
    world = simulate({ latencyMs: 2000 });
    await world.addNode('n1', 'zone-a');
    world.begin();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.merge('web', { spec: { ports: [{ port: 81 }] } });
    await world.clock.advance(500);
    await world.merge('web', { spec: { type: 'ClusterIP' } });
    await world.merge('web', { spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/theirs' } });
    await world.clock.advance(60_000);
    expect(ofService('web')).toEqual([]);
    const web = await world.service('web');
    expect(web?.status.ingress).toEqual([]);
    expect(web?.metadata.finalizers).toEqual([finalizer]);
  });

  it('does not fight with another Portico that serves another class of the same cluster', async () => {
    const none = await running();
    const other = world.begin({ claims: classIs('example.com/theirs') });
    await world.apply({ name: 'web', spec: { loadBalancerClass: 'example.com/theirs' } });
    await world.apply({ name: 'plain' });
    await world.address('web');
    await world.address('plain');
    await world.clock.advance(60_000);
    expect(written(none).filter((name) => name.includes('services/web'))).toEqual([]);
    expect(written(other).filter((name) => name.includes('services/plain'))).toEqual([]);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizerOf('example.com/theirs')]);
    expect(ofService('web')).not.toEqual([]);
  });

  it('that is not ours is never cleaned up by us, also when the type no longer tells whose it was', async () => {
    world = simulate();
    await world.addNode('n1', 'zone-a');
    // Each has names of its own in the cloud, and finds nothing of the other's.
    const owner = (): Life => world.begin({ claims: classIs('example.com/theirs'), clusterId: 'theirs' });
    const first = owner();
    const others = [
      world.begin({ claims: classIs(null), clusterId: 'ours' }),
      world.begin({ claims: classIs('example.com/third'), clusterId: 'third' }),
    ];
    await world.apply({ name: 'web', spec: { loadBalancerClass: 'example.com/theirs' } });
    await world.address('web');
    expect((await condition('web'))?.message).toMatch(/cluster theirs, class example\.com\/theirs/);
    await first.stop();
    await world.merge('web', { spec: { type: 'ClusterIP', loadBalancerClass: null } });
    await world.clock.advance(60_000);
    expect(others.flatMap(written).filter((name) => name.includes('services/web'))).toEqual([]);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizerOf('example.com/theirs')]);
    expect(ofTheirs()).not.toEqual([]);
    owner();
    await world.clock.advance(60_000);
    expect(ofTheirs()).toEqual([]);
    const web = await world.service('web');
    expect([web?.metadata.finalizers, web?.status]).toEqual([[], { ingress: [], conditions: [] }]);
  });

  it('takes away a condition that was written where nothing was made, and is nobody’s', async () => {
    await running();
    await world.apply({ name: 'web', annotations: { 'portico.dev/scheme': 'inside' } });
    await world.clock.advance(1000);
    expect(await condition('web')).toMatchObject({ reason: 'InvalidRequest' });
    await world.merge('web', { spec: { type: 'ClusterIP' } });
    await world.clock.advance(1000);
    expect((await world.service('web'))?.status.conditions).toEqual([]);
  });

  it('of its own Portico that moved on to another class is cleaned up, and its new controller keeps its status', async () => {
    world = simulate();
    await world.addNode('n1', 'zone-a');
    const first = world.begin({ claims: classIs('example.com/ours') });
    await world.apply({ name: 'web', spec: { loadBalancerClass: 'example.com/ours' } });
    await world.address('web');
    await first.stop();
    await world.merge('web', { spec: { type: 'ClusterIP', loadBalancerClass: null } });
    await world.merge('web', { spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/theirs' } });
    const theirs = { type: 'portico.dev/Programmed', status: 'True', reason: 'Programmed', message: 'theirs' };
    const status = {
      loadBalancer: { ingress: [{ hostname: 'theirs.example.com' }] },
      conditions: [{ ...theirs, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    };
    await world.merge('web', { status }, 'status');
    world.begin({ claims: classIs('example.com/ours') });
    await world.clock.advance(10_000);
    expect(ofService('web')).toEqual([]);
    const web = await world.service('web');
    expect(web?.metadata.finalizers).toEqual([]);
    expect(web?.status.ingress).toEqual([{ hostname: 'theirs.example.com' }]);
    expect(web?.status.conditions).toMatchObject([theirs]);
  });

  it('leaves a Service of another class alone that has the common finalizer from its own controller', async () => {
    const life = await running();
    await world.apply({ name: 'web', spec: { loadBalancerClass: 'example.com/theirs' } });
    await world.merge('web', { metadata: { finalizers: [finalizer] } });
    clear(life);
    await world.clock.advance(5000);
    expect(written(life)).toEqual([]);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizer]);
  });
});

it('a Service that is to be served again while its balancer is removed keeps its address', async () => {
  world = simulate({ latencyMs: 2000 });
  await world.addNode('n1', 'zone-a');
  let back: Promise<void> | undefined;
  const life = world.begin({
    onCall: ({ name }) => {
      if (name.startsWith('remove forwarding-rule/')) back ??= world.merge('web', { spec: { type: 'LoadBalancer' } });
    },
  });
  await world.apply({ name: 'web' });
  const ip = await world.address('web');
  await world.clock.advance(5000);
  await world.merge('web', { spec: { type: 'ClusterIP' } });
  await world.eventually(async () => (await world.service('web'))?.status.ingress.length === 0);
  await world.clock.advance(60_000);
  await back;
  expect(await world.address('web')).toBe(ip);
  expect(life.calls.filter(({ name }) => name.startsWith('remove address/'))).toEqual([]);
});
