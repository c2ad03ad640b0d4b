import { describe, expect, it } from 'vitest';
import { pass } from '../../../providers/conformance/index.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { clusterOwner, failures, ports, proxyProbe, reach, serviceOwner, wish } from './scene.ts';
import { stage } from './stage.ts';
import { ask, must, region, zones } from './others.ts';

/** Cases of the Go provider's gce_loadbalancer_internal_test.go and its siblings, adapted: docs/reference/replays-gce.md. */
const { open, world, provider, own, the, pathOf } = stage();

const inside = (changes: Partial<LoadBalancerIntent> = {}): LoadBalancerIntent =>
  wish({ scheme: 'internal', ...changes });
const live = (): AbortSignal => new AbortController().signal;
const ipsOf = (ingress: readonly object[]): string[] => ingress.map((each) => ('ip' in each ? String(each.ip) : ''));

it('replay TestEnsureInternalInstanceGroupsLimit: 1005 nodes of a zone are 1000 members, in one call, without an error', async () => {
  await open();
  const zone = zones[0] ?? '';
  const nodes = await Promise.all(Array.from({ length: 1005 }, (_, index) => world().addMachine(`n${index}`, zone)));
  world().cloud.calls.reset();
  await reach(provider().cluster, clusterOwner, { owner: clusterOwner, active: true, nodes });
  const group = world()
    .cloud.view.instanceGroups()
    .find(({ name }) => name.endsWith(zone));
  expect(group?.members).toHaveLength(1000);
  expect(world().cloud.calls.counts()).toMatchObject({ byMethod: { 'instanceGroups.addInstances': 1 } });
});

it('replay TestEnsureInternalLoadBalancer: an address of the subnetwork, a rule and a backend service for inside', async () => {
  await open();
  const { ingress } = await reach(provider(), wish().owner, inside());
  expect(ipsOf(ingress)[0]).toMatch(/^10\./);
  expect(the('forwardingRules')).toMatchObject({ loadBalancingScheme: 'INTERNAL', ports: ['80'] });
  expect(the('backendServices')).toMatchObject({ loadBalancingScheme: 'INTERNAL', protocol: 'TCP' });
});

it('replay TestEnsureInternalLoadBalancerWithExistingResources: what an earlier process made is used, not made again', async () => {
  await open();
  await reach(provider(), wish().owner, inside());
  const before = await world().snapshot();
  world().cloud.calls.reset();
  await reach(world().provider(), wish().owner, inside());
  expect(world().cloud.calls.counts()).toMatchObject({ mutations: 0 });
  expect(await world().snapshot()).toEqual(before);
});

it('replay TestEnsureInternalLoadBalancerClearPreviousResources: a wrong check, service and rule are put right', async () => {
  await open();
  await reach(
    provider(),
    wish().owner,
    inside({ listeners: ports('tcp', 8080), health: { ...wish().health, port: 31_234 } }),
  );
  const { passes } = await reach(provider(), wish().owner, inside());
  expect(passes[0]?.plan.steps.map(({ op, resource }) => `${op} ${resource.kind}`).toSorted()).toEqual([
    'create forwarding-rule',
    'delete forwarding-rule',
    'update firewall',
    'update health-check',
  ]);
});

it('replay TestUpdateInternalLoadBalancerBackendServices: a service changed by hand is put right', async () => {
  await open();
  await reach(provider(), wish().owner, inside());
  const before = await world().snapshot();
  const { fingerprint } = the('backendServices');
  await ask(world().cloud, 'PATCH', pathOf('backendServices'), {
    fingerprint,
    sessionAffinity: 'CLIENT_IP',
    backends: [],
  });
  provider().refresh();
  await reach(provider(), wish().owner, inside());
  expect(await world().snapshot()).toEqual(before);
});

it('replay TestUpdateInternalLoadBalancerNodes: a node replaced in one zone, a new zone', async () => {
  await open();
  await reach(provider(), wish().owner, inside());
  const nodes = [await world().addMachine('fresh', zones[0] ?? ''), await world().addMachine('far', zones[2] ?? '')];
  const { sticky } = await reach(provider().cluster, clusterOwner, { owner: clusterOwner, active: true, nodes });
  expect(sticky.zones).toEqual(zones);
  await reach(provider(), wish().owner, inside({ zones: sticky.zones }));
  const members = world()
    .cloud.view.instanceGroups()
    .map((group) => group.members.map((link) => link.split('/').at(-1)));
  expect(members).toEqual([['fresh'], [], ['far']]);
  expect(the('backendServices')['backends']).toHaveLength(3);
});

it('replay TestEnsureInternalLoadBalancerDeleted, …DeletedTwice', async () => {
  await open();
  const before = await world().snapshot();
  await reach(provider(), wish().owner, inside());
  await reach(provider(), wish().owner, null);
  await reach(provider(), wish().owner, null);
  expect(await world().snapshot()).toEqual(before);
});

it('replay TestClearPreviousInternalResources: a health check that others use stays, the rest goes, and nothing says it is over', async () => {
  await open();
  await reach(provider(), wish().owner, inside());
  const check = `projects/portico/${pathOf('healthChecks')}`;
  const theirs = { name: 'theirs', loadBalancingScheme: 'INTERNAL', protocol: 'TCP', healthChecks: [check] };
  await must(world().cloud, 'POST', `regions/${region}/backendServices`, theirs);
  const { applied, after } = await pass(provider(), wish().owner, null, { signal: live(), width: 4 });
  expect(applied.failed.map(({ step, error }) => [step.resource.kind, error.code])).toEqual([
    ['health-check', 'in-use'],
  ]);
  expect([...after.graph.values()].map(({ kind }) => kind)).toEqual(['health-check']);
  await ask(world().cloud, 'DELETE', `regions/${region}/backendServices/theirs`);
  expect((await reach(provider(), wish().owner, null)).graph.size).toBe(0);
});

describe('replay TestEnsureInternalLoadBalancerGlobalAccess, …DisableGlobalAccess, TestGlobalAccessChangeScheme', () => {
  const open_ = { options: { 'global-access': true } };

  it('follows the option in place', async () => {
    await open();
    const { ingress } = await reach(provider(), wish().owner, inside(open_));
    expect(the('forwardingRules')['allowGlobalAccess']).toBe(true);
    const { passes, ingress: after } = await reach(provider(), wish().owner, inside());
    expect(passes[0]?.plan.steps.map(({ op }) => op)).toEqual(['update']);
    expect(the('forwardingRules')['allowGlobalAccess'] ?? false).toBe(false);
    expect(after).toEqual(ingress);
  });

  it('from inside to outside leaves nothing of inside', async () => {
    await open();
    await reach(provider(), wish().owner, inside(open_));
    await reach(provider(), wish().owner, wish());
    expect(own('forwardingRules').map((rule) => rule['loadBalancingScheme'])).toEqual(['EXTERNAL']);
    expect(own('addresses').map((each) => each['addressType'])).toEqual(['EXTERNAL']);
  });
});

describe('replay TestForwardingRulesEqual', () => {
  it('a rule read from elsewhere is the same: base paths do not matter, and neither does what the cloud filled in', async () => {
    await open();
    const asked = inside({ families: ['ipv4', 'ipv6'], listeners: ports('tcp', 1, 2, 3, 4, 5, 6) });
    await reach(provider(), asked.owner, asked);
    const { passes } = await reach(world().provider(), asked.owner, asked);
    expect(passes[0]?.plan.steps).toEqual([]);
  });
});

describe('replay TestEnsureInternalLoadBalancerCustomSubnet', () => {
  const other = { name: 'other', network: 'global/networks/default', ipCidrRange: '10.77.0.0/24' };

  it('an IP that the Service names is taken, reserved by nobody', async () => {
    await open();
    const asked = inside({ address: { kind: 'ip', ip: '10.128.0.77' } });
    expect(ipsOf((await reach(provider(), asked.owner, asked)).ingress)).toEqual(['10.128.0.77']);
    expect(own('addresses')).toEqual([]);
  });

  it('another subnetwork is another address; without the option it is the usual one again', async () => {
    await open();
    await must(world().cloud, 'POST', `regions/${region}/subnetworks`, other);
    const first = await reach(provider(), wish().owner, inside());
    expect(ipsOf(first.ingress)[0]).toMatch(/^10\.128\./);
    const moved = inside({ options: { subnet: 'other' } });
    expect(ipsOf((await reach(provider(), moved.owner, moved)).ingress)[0]).toMatch(/^10\.77\./);
    expect(ipsOf((await reach(provider(), wish().owner, inside())).ingress)[0]).toMatch(/^10\.128\./);
  });
});

it('replay TestEnsureInternalLoadBalancerPartialDelete: the rule gone, the rest is still seen and goes with the next delete', async () => {
  await open();
  const before = await world().snapshot();
  await reach(provider(), wish().owner, inside());
  await ask(world().cloud, 'DELETE', pathOf('forwardingRules'));
  const restarted = world().provider();
  expect((await restarted.observe(wish().owner, [], live())).graph.size).toBe(4);
  await reach(restarted, wish().owner, null);
  expect(await world().snapshot()).toEqual(before);
});

it('replay TestEnsureInternalLoadBalancerModifyProtocol: no service changes its protocol under a rule', async () => {
  await open();
  const { ingress } = await reach(provider(), wish().owner, inside());
  const udp = inside({ listeners: ports('udp', 80), health: proxyProbe });
  const { ingress: after, passes } = await reach(provider(), udp.owner, udp);
  expect(after).toEqual(ingress);
  expect(passes[0]?.plan.steps.some(({ op, resource }) => op === 'update' && resource.kind === 'backend-service')).toBe(
    false,
  );
});

it('replay TestEnsureInternalLoadBalancerAllPorts: 1, 6 and 4 ports are a list, all, and a list', async () => {
  await open();
  const seen: unknown[] = [];
  for (const numbers of [[80], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4]]) {
    const asked = inside({ listeners: ports('tcp', ...numbers) });
    await reach(provider(), asked.owner, asked);
    seen.push(the('forwardingRules')['allPorts'] === true ? 'all' : the('forwardingRules')['ports']);
  }
  expect(seen).toEqual([['80'], 'all', ['1', '2', '3', '4']]);
});

it('replay TestEnsureInternalBackendServiceConflict: a change by somebody else in between is stale, and the next pass mends it', async () => {
  await open();
  await reach(provider(), wish().owner, inside());
  const { fingerprint } = the('backendServices');
  await ask(world().cloud, 'PATCH', pathOf('backendServices'), { fingerprint, sessionAffinity: 'CLIENT_IP_PROTO' });
  // What is changed is read right before: somebody comes between that and the change only by a hair.
  const effect = { type: 'error', status: 412, reason: 'conditionNotMet' } as const;
  world().cloud.setFaults([{ match: { method: 'regionBackendServices.update', times: 1 }, effect }]);
  const asked = inside({ affinity: { kind: 'client-ip', timeoutSeconds: 10_800 } });
  expect(await failures(provider(), asked)).toEqual({ 'backend-service': 'stale' });
  await reach(provider(), asked.owner, asked);
  expect(the('backendServices')).toMatchObject({
    sessionAffinity: 'CLIENT_IP',
    connectionTrackingPolicy: { trackingMode: 'PER_SESSION', idleTimeoutSec: 10_800 },
  });
});

it('replay TestSharedVsNonSharedHealthCheckContention: 50 Services at once share one health check, made once', async () => {
  await open({ latencyMs: 20 });
  world().cloud.calls.reset();
  const many = Array.from({ length: 50 }, (_, index) =>
    inside({ owner: serviceOwner(`web-${index}`), health: proxyProbe }),
  );
  await Promise.all(many.map((each) => reach(provider(), each.owner, each)));
  const { byMethod } = world().cloud.calls.counts() as { byMethod: Record<string, number> };
  expect(byMethod['regionHealthChecks.insert']).toBeUndefined();
  expect(byMethod['forwardingRules.insert']).toBe(50);
});
