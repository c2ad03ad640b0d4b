import { describe, expect, it } from 'vitest';
import { pass } from '../../../providers/conformance/index.ts';
import { plan } from '../../../src/graph/plan.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { clusterOwner, failures, localProbe, ports, proxyProbe, reach, wish } from './scene.ts';
import { stage } from './stage.ts';
import { ask, must, project, region, resourcesOf, zones } from './others.ts';

/** Cases of ingress-gce's L4 controllers and of what the two Go providers share, adapted: docs/reference/replays-gce.md. */
const { open, world, provider, own, the, pathOf } = stage();

const inside = (changes: Partial<LoadBalancerIntent> = {}): LoadBalancerIntent =>
  wish({ scheme: 'internal', ...changes });
const live = (): AbortSignal => new AbortController().signal;
const ipsOf = (ingress: readonly object[]): string[] => ingress.map((each) => ('ip' in each ? String(each.ip) : ''));

describe('replay gce_address_manager_test', () => {
  it('an address of ours without a rule is used again', async () => {
    await open();
    const { ingress } = await reach(provider(), wish().owner, inside());
    await ask(world().cloud, 'DELETE', pathOf('forwardingRules'));
    expect((await reach(world().provider(), wish().owner, inside())).ingress).toEqual(ingress);
  });

  it('a rule whose reservation got lost gets it again, at the same IP, without being touched', async () => {
    await open();
    for (const scheme of ['external', 'internal'] as const) {
      const { ingress } = await reach(provider(), wish().owner, wish({ scheme }));
      await ask(world().cloud, 'DELETE', pathOf('addresses'));
      provider().refresh();
      const { ingress: after, passes } = await reach(provider(), wish().owner, wish({ scheme }));
      expect(after).toEqual(ingress);
      expect(passes[0]?.plan.steps.map(({ op, resource }) => `${op} ${resource.kind}`)).toEqual(['update address']);
    }
  });

  it('when the quota for static addresses is used up the Service is served and told so once; later the same IP is reserved', async () => {
    await open();
    const full = { type: 'error', status: 403, reason: 'quotaExceeded' } as const;
    world().cloud.setFaults([{ match: { method: 'addresses.insert' }, effect: full }]);
    const first = await pass(provider(), wish().owner, wish(), { signal: live(), width: 4 });
    expect(first.applied.failed.map(({ step, error }) => [step.resource.kind, error.code])).toEqual([
      ['firewall', 'not-found'],
    ]);
    const served = await pass(provider(), wish().owner, wish(), { signal: live(), width: 4 });
    expect(served.applied.failed).toEqual([]);
    expect(served.after.ingress).toHaveLength(1);
    world().cloud.calls.reset();
    await pass(provider(), wish().owner, wish(), { signal: live(), width: 4 });
    expect(world().cloud.calls.counts()).toMatchObject({ mutations: 0 });

    world().cloud.setFaults([]);
    provider().refresh();
    expect((await reach(provider(), wish().owner, wish())).ingress).toEqual(served.after.ingress);
    expect(own('addresses')).toHaveLength(1);
  });
});

describe('replay gce_loadbalancer_test: the kind changes', () => {
  it.each([
    ['external', 'internal'],
    ['internal', 'external'],
  ] as const)('%s to %s takes the old kind away', async (from, to) => {
    await open();
    await reach(provider(), wish().owner, wish({ scheme: from }));
    const { graph, sticky } = await provider().observe(wish().owner, [], live());
    const { steps } = plan(provider().desired(wish({ scheme: to }), sticky), graph, provider().policies);
    // Both live side by side for a moment: nothing of the new one waits for the old one to go.
    expect(steps.filter(({ op, after }) => op === 'create' && after.some((id) => id.startsWith('delete')))).toEqual([]);
    await reach(provider(), wish().owner, wish({ scheme: to }));
    for (const segment of ['addresses', 'forwardingRules', 'backendServices', 'firewalls'])
      expect(own(segment)).toHaveLength(1);
  });
});

describe('replay l4netlb_test: static addresses by name', () => {
  it('one for each family, and neither is deleted', async () => {
    await open();
    const v4 = await world().reserveAddress('external', 'ipv4');
    const v6 = await world().reserveAddress('external', 'ipv6');
    const asked = wish({ families: ['ipv4', 'ipv6'], address: { kind: 'name', name: `${v4.name},${v6.name}` } });
    const { ingress } = await reach(provider(), asked.owner, asked);
    expect(ipsOf(ingress)).toEqual([v6.ip, v4.ip].toSorted());
    await reach(provider(), asked.owner, null);
    expect(Object.keys(resourcesOf(world().cloud)).filter((key) => key.includes('/addresses/'))).toHaveLength(2);
  });

  it('a name without an address is refused with what to do', async () => {
    await open();
    const asked = wish({ address: { kind: 'name', name: 'nowhere' } });
    await expect(failures(provider(), asked)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('gcloud compute addresses create') as string,
    });
    expect(own('backendServices')).toEqual([]);
  });
});

it('replay l4netlb_test: Standard tier with IPv6 is refused', async () => {
  await open();
  const asked = wish({ families: ['ipv6'], options: { 'network-tier': 'standard' } });
  expect(() => provider().desired(asked, { addresses: [], zones: [] })).toThrow(/Standard tier/);
});

describe('replay l4_test, l4netlb_test: weights', () => {
  const weights = { weights: 'pods-per-node' };

  it('are told by the health-check answers, with Local', async () => {
    await open();
    const local = wish({ trafficPolicy: 'local', health: localProbe, options: weights });
    await reach(provider(), local.owner, local);
    expect(the('backendServices')).toMatchObject({ localityLbPolicy: 'WEIGHTED_MAGLEV' });
    await reach(provider(), local.owner, { ...local, options: {} });
    expect(the('backendServices')['localityLbPolicy'] ?? 'MAGLEV').toBe('MAGLEV');
  });

  it('cannot be had with Cluster', async () => {
    await open();
    expect(() => provider().desired(wish({ options: weights }), { addresses: [], zones: [] })).toThrow(
      /externalTrafficPolicy: Local/,
    );
  });
});

it('labels are put on what can carry them, changed in place, and taken away', async () => {
  await open();
  const labelled = (labels: Record<string, string>): LoadBalancerIntent =>
    wish({ options: { 'resource-labels': labels } });
  for (const labels of [{ team: 'shop', env: 'prod' }, { team: 'web' }, {}]) {
    await reach(provider(), wish().owner, labelled(labels));
    expect([the('addresses')['labels'] ?? {}, the('forwardingRules')['labels'] ?? {}]).toEqual([labels, labels]);
  }
});

it('draining is as asked, and 30 s of TCP otherwise', async () => {
  await open();
  const seen: unknown[] = [];
  for (const changes of [
    {},
    { options: { 'connection-draining': 300 } },
    { listeners: ports('udp', 53), health: proxyProbe },
  ]) {
    await reach(provider(), wish().owner, wish(changes));
    seen.push(the('backendServices')['connectionDraining']);
  }
  expect(seen).toEqual([30, 300, 0].map((drainingTimeoutSec) => ({ drainingTimeoutSec })));
});

it('groups that somebody else keeps are used and left alone', async () => {
  const [zone = ''] = zones;
  await open({ settings: { backends: { kind: 'existing', groups: [`${zone}/theirs`] } } }, 0);
  await must(world().cloud, 'POST', `zones/${zone}/instanceGroups`, { name: 'theirs' });
  const before = await world().snapshot();
  await reach(provider(), wish().owner, wish());
  expect(the('backendServices')['backends']).toMatchObject([{ group: expect.stringMatching(/theirs$/) as string }]);
  await reach(provider(), wish().owner, null);
  expect(await world().snapshot()).toEqual(before);
});

it('what a Service left that uses groups that somebody else keeps is probed on, until it is gone', async () => {
  const [zone = ''] = zones;
  await open({ settings: { backends: { kind: 'existing', groups: [`${zone}/theirs`] } } }, 0);
  const { cloud } = world();
  await must(cloud, 'POST', `zones/${zone}/instanceGroups`, { name: 'theirs' });
  await must(cloud, 'POST', `regions/${region}/healthChecks`, { name: 'h', type: 'TCP', tcpHealthCheck: { port: 7 } });
  const healthChecks = [`projects/${project}/regions/${region}/healthChecks/h`];
  const body = { name: 'portico-by-hand', loadBalancingScheme: 'EXTERNAL', protocol: 'TCP', healthChecks };
  const group = `projects/${project}/zones/${zone}/instanceGroups/theirs`;
  await must(cloud, 'POST', `regions/${region}/backendServices`, { ...body, backends: [{ group }] });
  const nobody = { owner: clusterOwner, active: false, nodes: [] };
  const firewalls = (): string[] => Object.keys(resourcesOf(cloud)).filter((key) => key.includes('/firewalls/'));
  await reach(provider(), wish().owner, wish());
  const all = await provider().observe(wish().owner, [], new AbortController().signal);
  const rule = pathOf('forwardingRules');
  const backend = pathOf('backendServices');
  await provider().retention?.disown(wish().owner, [...all.graph.keys()], new AbortController().signal);
  for (const each of [provider(), world().provider()]) {
    await reach(each.cluster, clusterOwner, nobody);
    expect(firewalls()).toHaveLength(3);
  }
  await must(cloud, 'DELETE', rule, {});
  await must(cloud, 'DELETE', backend, {});
  await reach(world().provider().cluster, clusterOwner, nobody);
  expect(firewalls()).toEqual([expect.not.stringContaining('health')]);
});

describe('replay controllers: groups of endpoints', () => {
  it('a Service has the machines it was given, zone by zone, and none when it is gone', async () => {
    await open({ settings: { backends: { kind: 'endpoint-groups' } } });
    const nodes = await Promise.all(
      [0, 1, 0, 1, 0].map((zone, index) => world().addMachine(`m${index}`, zones[zone] ?? '')),
    );
    const asked = wish({ nodes });
    await reach(provider(), asked.owner, asked);
    const members = (): number[] =>
      world()
        .cloud.view.networkEndpointGroups()
        .map(({ endpoints }) => endpoints.length);
    expect(members()).toEqual([3, 2]);
    await reach(provider(), asked.owner, wish({ nodes: nodes.slice(0, 1) }));
    expect(members()).toEqual([1]);
    await reach(provider(), asked.owner, null);
    expect(members()).toEqual([]);
  });
});

describe('address policy hold', () => {
  const hold = (changes: Partial<LoadBalancerIntent> = {}): LoadBalancerIntent =>
    wish({ ...changes, options: { 'address-policy': 'hold' } });

  it('leaves no reservation, keeps the IP through replacements, and leaves nothing in the end', async () => {
    await open();
    const before = await world().snapshot();
    const { ingress } = await reach(provider(), wish().owner, hold());
    expect(own('addresses')).toEqual([]);
    for (const numbers of [[443], [1, 2, 3, 4, 5, 6], [80]]) {
      const asked = hold({ listeners: ports('tcp', ...numbers) });
      expect((await reach(provider(), asked.owner, asked)).ingress).toEqual(ingress);
      expect(own('addresses')).toEqual([]);
    }
    expect((await reach(provider(), wish().owner, wish())).ingress).toEqual(ingress);
    expect(own('addresses')).toHaveLength(1);
    expect((await reach(provider(), wish().owner, hold())).ingress).toEqual(ingress);
    expect(own('addresses')).toEqual([]);
    await reach(provider(), wish().owner, null);
    expect(await world().snapshot()).toEqual(before);
  });

  it('a replacement is not begun when the IP cannot be reserved first', async () => {
    await open();
    const { ingress } = await reach(provider(), wish().owner, hold());
    const full = { type: 'error', status: 403, reason: 'quotaExceeded' } as const;
    world().cloud.setFaults([{ match: { method: 'addresses.insert' }, effect: full }]);
    expect(await failures(provider(), hold({ listeners: ports('tcp', 443) }))).toMatchObject({
      'forwarding-rule': 'quota',
    });
    expect(
      (await provider().observe(wish().owner, provider().desired(hold(), { addresses: [], zones: [] }).keys(), live()))
        .ingress,
    ).toEqual(ingress);
  });

  it('a lost reservation and a new port at once do not cost the IP', async () => {
    await open();
    const { ingress } = await reach(provider(), wish().owner, wish());
    await ask(world().cloud, 'DELETE', pathOf('addresses'));
    provider().refresh();
    const changed = wish({ listeners: ports('tcp', 443) });
    expect((await reach(provider(), wish().owner, changed)).ingress).toEqual(ingress);
  });
});
