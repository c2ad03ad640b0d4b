import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/graph/plan.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { readOptions } from '../../../src/model/annotations.ts';
import { collections } from '../../../providers/gce/compute/calls.ts';
import { cluster, clusterOwner, failures, localProbe, ports, reach, serviceOwner, wish } from './scene.ts';
import { stage } from './stage.ts';
import { ask, must, region, resourcesOf, zones } from './others.ts';

/** Cases of the Go provider's gce_loadbalancer_external_test.go, adapted to backend services: docs/reference/replays-gce.md. */
const { open, world, provider, own, the, pathOf } = stage();

const standard = { 'network-tier': 'standard' };

describe('replay TestVerifyRequestedIP', () => {
  it('a reserved IP is used, and is still there after the delete', async () => {
    await open();
    const { ip, name } = await world().reserveAddress('external', 'ipv4');
    const asked = wish({ address: { kind: 'ip', ip } });
    expect((await reach(provider(), asked.owner, asked)).ingress).toEqual([{ ip }]);
    expect(own('addresses')).toEqual([]);
    await reach(provider(), asked.owner, null);
    expect(resourcesOf(world().cloud)[`regions/${region}/addresses/${name}`]).toMatchObject({ address: ip });
  });

  it('the IP of the balancer itself is no request', async () => {
    await open();
    const { ingress } = await reach(provider(), wish().owner, wish());
    const [first] = ingress;
    const ip = first && 'ip' in first ? first.ip : '';
    const same = wish({ address: { kind: 'ip', ip } });
    const { passes } = await reach(provider(), same.owner, same);
    expect(passes[0]?.plan.steps).toEqual([]);
  });

  it('an unknown IP is refused before anything is made', async () => {
    await open();
    const asked = wish({ address: { kind: 'ip', ip: '203.0.113.77' } });
    await expect(failures(provider(), asked)).rejects.toMatchObject({ code: 'invalid', object: '203.0.113.77' });
    for (const segment of ['healthChecks', 'backendServices', 'forwardingRules', 'firewalls']) {
      expect(own(segment)).toEqual([]);
    }
  });

  it('an IP of the other tier is refused', async () => {
    await open();
    const { ip } = await world().reserveAddress('external', 'ipv4');
    const asked = wish({ address: { kind: 'ip', ip }, options: standard });
    expect(await failures(provider(), asked)).toEqual({ 'requested-address': 'invalid' });
  });

  it('the address of another Service is a conflict, and stays with it', async () => {
    await open();
    const other = wish({ owner: serviceOwner('other') });
    const { ingress } = await reach(provider(), other.owner, other);
    const [first] = ingress;
    const thief = wish({ address: { kind: 'ip', ip: first && 'ip' in first ? first.ip : '' } });
    const { foreign } = await provider().observe(
      thief.owner,
      provider().desired(thief, { addresses: [], zones: [] }).keys(),
      new AbortController().signal,
    );
    expect([...foreign.values()].join()).toContain('shop/other');
  });
});

describe('replay TestCreateForwardingRulePorts', () => {
  it.each([
    { title: '1 port', numbers: [80], rule: { ports: ['80'] } },
    { title: '5 ports', numbers: [80, 81, 82, 83, 84], rule: { ports: ['80', '81', '82', '83', '84'] } },
    { title: '6 ports', numbers: [80, 81, 82, 83, 84, 85], rule: { allPorts: true } },
    { title: 'sparse ports', numbers: [80, 8080], rule: { ports: ['80', '8080'] } },
    {
      title: '100 ports',
      numbers: Array.from({ length: 100 }, (_, index) => 1000 + 2 * index),
      rule: { allPorts: true },
    },
  ])('$title; the firewall has them exactly', async ({ numbers, rule }) => {
    await open();
    const asked = wish({ listeners: ports('tcp', ...numbers) });
    await reach(provider(), asked.owner, asked);
    expect(the('forwardingRules')).toMatchObject(rule);
    const open_ = (the('firewalls')['allowed'] as readonly { ports: readonly string[] }[]).flatMap(
      (entry) => entry.ports,
    );
    const opened = open_.flatMap((range) => {
      const [low = 0, high = low] = range.split('-').map(Number);
      return Array.from({ length: high - low + 1 }, (_, index) => low + index);
    });
    expect(opened).toEqual(numbers);
  });
});

it('replay TestCreateForwardingRuleWithTier: the tier is in rule and address', async () => {
  await open();
  const asked = wish({ options: standard });
  await reach(provider(), asked.owner, asked);
  expect([the('forwardingRules')['networkTier'], the('addresses')['networkTier']]).toEqual(['STANDARD', 'STANDARD']);
});

describe('replay TestShouldNotRecreateLBWhenNetworkTiersMismatch', () => {
  it('another tier cannot keep the address: the plan says so before anything is done', async () => {
    await open();
    const asked = wish({ options: standard });
    const { graph, sticky } = await reach(provider(), asked.owner, asked);
    const { steps } = plan(provider().desired(wish(), sticky), graph, provider().policies);
    expect(steps.filter(({ risk }) => risk === 'address').map(({ op, resource }) => `${op} ${resource.kind}`)).toEqual([
      'delete address',
    ]);
  });

  it('a static Standard IP without the option is refused', async () => {
    await open();
    await must(world().cloud, 'POST', `regions/${region}/addresses`, { name: 'cheap', networkTier: 'STANDARD' });
    expect(await failures(provider(), wish({ address: { kind: 'name', name: 'cheap' } }))).toEqual({
      'requested-address': 'invalid',
    });
  });
});

it('replay TestEnsureExternalLoadBalancer, …Deleted, …DeletedServiceNotFound: all appears, all disappears, again is nothing', async () => {
  await open();
  const empty = await world().snapshot();
  await reach(provider(), wish().owner, wish());
  const segments = Object.values(collections).map(({ segment }) => segment);
  const made = segments.filter((segment) => own(segment).length > 0);
  expect(made.toSorted()).toEqual(['addresses', 'backendServices', 'firewalls', 'forwardingRules', 'healthChecks']);
  await reach(provider(), wish().owner, null);
  expect(await world().snapshot()).toEqual(empty);
  const { passes } = await reach(world().provider(), wish().owner, null);
  expect(passes[0]?.plan.steps).toEqual([]);
});

it('replay TestUpdateExternalLoadBalancer: a node whose VM is gone is skipped and said, the others go on', async () => {
  await open();
  const alive = await world().addMachine('node-3', zones[0] ?? '');
  const gone = { name: 'ghost', zone: zones[0] ?? '', providerId: `gce://portico/${zones[0] ?? ''}/ghost` };
  const first = await world().addMachine('node-1', zones[0] ?? '');
  const wanted = { owner: clusterOwner, active: true, nodes: [first, alive, gone] };
  const { notices } = await reach(provider().cluster, clusterOwner, wanted);
  expect(notices).toMatchObject([{ reason: 'NodeWithoutMachine' }]);
  expect(notices[0]?.message).toContain('ghost');
  expect(membersOf('-a')).toEqual(['node-1', 'node-3']);
  world().cloud.calls.reset();
  await reach(provider().cluster, clusterOwner, wanted);
  expect(world().cloud.calls.counts()).toMatchObject({ mutations: 0 });
  await reach(provider().cluster, clusterOwner, { ...wanted, nodes: [first] });
  expect(membersOf('-a')).toEqual(['node-1']);
});

const membersOf = (zone: string): string[] =>
  world()
    .cloud.view.instanceGroups()
    .filter(({ name }) => name.endsWith(zone))
    .flatMap(({ members }) => members.map((member) => member.slice(member.lastIndexOf('/') + 1)))
    .toSorted();

it('replay TestEnsureExternalLoadBalancerFailsIfInvalidNetworkTier', async () => {
  await open();
  const { problems } = readOptions({ 'cloud.google.com/network-tier': 'wrong' });
  expect(problems.join()).toContain('network-tier must be one of premium, standard');
});

it('replay TestEnsureExternalLoadBalancerFailsWithNoNodes: without nodes the balancer is made, empty, and filled later', async () => {
  await open({}, 0);
  const lonely = wish({ zones: [] });
  expect((await reach(provider(), lonely.owner, lonely)).ingress).toHaveLength(1);
  await cluster(world(), provider(), 2);
  await reach(provider(), wish().owner, wish());
  expect(the('backendServices')['backends']).toHaveLength(2);
  // And back, which a patch could not do: the client never sends an empty list.
  await reach(provider(), lonely.owner, lonely);
  expect(the('backendServices')['backends'] ?? []).toHaveLength(0);
});

describe('replay TestForwardingRuleNeedsUpdate, TestCreateForwardingRuleNeedsUpdate', () => {
  it.each<{ title: string; to: Partial<LoadBalancerIntent>; replaced: boolean }>([
    { title: 'the same', to: {}, replaced: false },
    { title: 'another port', to: { listeners: ports('tcp', 81) }, replaced: true },
    { title: 'one port more', to: { listeners: ports('tcp', 80, 81) }, replaced: true },
    { title: 'another protocol', to: { listeners: ports('udp', 80) }, replaced: true },
    { title: 'the order of ports', to: { listeners: ports('tcp', 80).toReversed() }, replaced: false },
    { title: 'source ranges', to: { sourceRanges: { ipv4: ['10.0.0.0/8'], ipv6: [] } }, replaced: false },
    {
      title: 'another nodePort',
      to: { listeners: [{ name: 'x', protocol: 'tcp', port: 80, nodePort: 31_000 }] },
      replaced: false,
    },
  ])('$title: rule replaced $replaced', async ({ to, replaced }) => {
    await open();
    const { graph, sticky } = await reach(provider(), wish().owner, wish());
    const { steps } = plan(provider().desired(wish(to), sticky), graph, provider().policies);
    expect(steps.some(({ resource }) => resource.kind === 'forwarding-rule')).toBe(replaced);
  });

  it('between 6 and 7 ports only the firewall changes', async () => {
    await open();
    const six = wish({ listeners: ports('tcp', 1, 2, 3, 4, 5, 6) });
    const { graph, sticky } = await reach(provider(), six.owner, six);
    const { steps } = plan(
      provider().desired(wish({ listeners: ports('tcp', 1, 2, 3, 4, 5, 6, 9) }), sticky),
      graph,
      provider().policies,
    );
    expect(steps.map(({ op, resource }) => `${op} ${resource.kind}`)).toEqual(['update firewall']);
  });
});

it('replay TestEnsureTargetPoolAndHealthCheck: 201 nodes are 201 members, and then one', async () => {
  await open({}, 201);
  expect(membersOf('-a').length + membersOf('-b').length).toBe(201);
  await cluster(world(), provider(), 1);
  expect([membersOf('-a'), membersOf('-b')]).toEqual([['node-1'], []]);
});

describe('replay TestEnsureExternalLoadBalancerEnsureHttpHealthCheck, TestNeedToUpdateHttpHealthChecks', () => {
  it('what a person set by hand on our check is set back: the numbers are the Service’s to say', async () => {
    await open();
    await reach(provider(), wish().owner, wish());
    const tuned = wish({ health: { ...wish().health, intervalSeconds: 60 } });
    await reach(provider(), tuned.owner, tuned);
    expect(the('healthChecks')).toMatchObject({ checkIntervalSec: 60 });
    await ask(world().cloud, 'PATCH', pathOf('healthChecks'), { checkIntervalSec: 300 });
    provider().refresh();
    await reach(provider(), tuned.owner, tuned);
    expect(the('healthChecks')).toMatchObject({ checkIntervalSec: 60 });
  });
});

it('replay TestEnsureExternalLoadBalancerLocalNoOpUpdate: the check asks the healthCheckNodePort, and again changes nothing', async () => {
  await open();
  const local = wish({ trafficPolicy: 'local', health: localProbe });
  await reach(provider(), local.owner, local);
  expect(the('healthChecks')).toMatchObject({
    type: 'HTTP',
    httpHealthCheck: { port: 31999, requestPath: '/healthz' },
  });
  world().cloud.calls.reset();
  await reach(provider(), local.owner, local);
  expect(world().cloud.calls.counts()).toMatchObject({ mutations: 0, reads: 0 });
});
