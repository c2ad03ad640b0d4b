import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterIntent, LoadBalancerIntent } from '../../../src/model/intent.ts';
import type { Provider } from '../../../src/provider.ts';
import {
  cluster,
  clusterOwner,
  type Cost,
  costOf,
  localProbe,
  ports,
  proxyProbe,
  reach,
  serviceOwner,
  wish,
} from './scene.ts';
import { zones } from './others.ts';
import { type GceWorld, gceWorld } from './world.ts';

const latencyMs = 1000;

interface Bench {
  readonly world: GceWorld;
  readonly provider: Provider;
  readonly shared: ClusterIntent;
}

async function bench(): Promise<Bench> {
  const world = await gceWorld({ latencyMs });
  const provider = world.provider();
  return { world, provider, shared: await cluster(world, provider) };
}

/** The cost of going from one wish to another. */
async function change(from: LoadBalancerIntent | null, to: LoadBalancerIntent | null): Promise<Cost> {
  const { world, provider } = await bench();
  const { owner } = wish();
  if (from) await reach(provider, owner, from);
  const cost = await costOf(world, latencyMs, () => reach(provider, owner, to));
  await world.close();
  return cost;
}

describe('calls and the longest chain of operations', () => {
  it.each([
    { what: 'create', from: null, to: wish(), mutations: 5, reads: 1, chain: 3 },
    {
      what: 'create with the shared health check',
      from: null,
      to: wish({ health: proxyProbe }),
      mutations: 4,
      reads: 1,
      chain: 2,
    },
    { what: 'create internal', from: null, to: wish({ scheme: 'internal' }), mutations: 5, reads: 1, chain: 3 },
    {
      what: 'create dual stack',
      from: null,
      to: wish({ families: ['ipv4', 'ipv6'] }),
      mutations: 8,
      reads: 2,
      chain: 3,
    },
    { what: 'nothing changed', from: wish(), to: wish(), mutations: 0, reads: 0, chain: 0 },
    {
      what: 'source ranges',
      from: wish(),
      to: wish({ sourceRanges: { ipv4: ['10.0.0.0/8'], ipv6: [] } }),
      mutations: 1,
      reads: 1,
      chain: 1,
    },
    {
      what: 'session affinity',
      from: wish(),
      to: wish({ affinity: { kind: 'client-ip', timeoutSeconds: 10_800 } }),
      mutations: 1,
      reads: 1,
      chain: 1,
    },
    {
      what: 'externalTrafficPolicy',
      from: wish(),
      to: wish({ trafficPolicy: 'local', health: localProbe }),
      mutations: 1,
      reads: 1,
      chain: 1,
    },
    { what: 'a port', from: wish(), to: wish({ listeners: ports('tcp', 443) }), mutations: 3, reads: 3, chain: 2 },
    {
      what: 'global access',
      from: wish({ scheme: 'internal' }),
      to: wish({ scheme: 'internal', options: { 'global-access': true } }),
      mutations: 1,
      reads: 1,
      chain: 1,
    },
    { what: 'delete', from: wish(), to: null, mutations: 5, reads: 5, chain: 3 },
  ])('$what: $mutations mutations, $reads reads, chain $chain', async ({ from, to, ...expected }) => {
    const { mutations, reads, chain } = await change(from, to);
    expect({ mutations, reads, chain }).toEqual({
      mutations: expected.mutations,
      reads: expected.reads,
      chain: expected.chain,
    });
  });
});

describe('before a Service is let go', () => {
  const search = ({ provider }: Bench): Promise<void> | undefined =>
    provider.search?.(serviceOwner(), new AbortController().signal);

  it('a process that just began reads the 16 names that it knows nothing of, and the operations under way', async () => {
    const young = await bench();
    await reach(young.provider, serviceOwner(), wish());
    const cost = await costOf(young.world, latencyMs, async () => search(young));
    expect(cost).toMatchObject({ mutations: 0, reads: 17 });
    expect(await costOf(young.world, latencyMs, async () => search(young))).toMatchObject({ reads: 0 });
    await young.world.close();
  });

  it('a process that began two minutes ago lists the cloud once more, and then reads nothing', async () => {
    const grown = await bench();
    await reach(grown.provider, serviceOwner(), wish());
    await grown.world.clock.sleep(150_000, new AbortController().signal);
    const listing = await costOf(grown.world, latencyMs, async () => search(grown));
    expect(listing).toMatchObject({ mutations: 0, reads: 9 });
    expect(await costOf(grown.world, latencyMs, async () => search(grown))).toMatchObject({ reads: 0 });
    await grown.world.close();
  });

  it('a process that listed the cloud a second time reads nothing', async () => {
    const old = await bench();
    await old.world.clock.sleep(150_000, new AbortController().signal);
    old.provider.refresh();
    await reach(old.provider, serviceOwner(), wish());
    expect(await costOf(old.world, latencyMs, async () => search(old))).toMatchObject({ mutations: 0, reads: 0 });
    await old.world.close();
  });
});

describe('with many Services', () => {
  let it40: Bench;
  const many = Array.from({ length: 40 }, (_, index) => wish({ owner: serviceOwner(`web-${index}`) }));

  beforeAll(async () => {
    it40 = await bench();
    for (const each of many) await reach(it40.provider, each.owner, each);
  });
  afterAll(() => it40.world.close());

  it('a node costs one call in its zone, whatever the number of Services', async () => {
    const { world, provider, shared } = it40;
    const node = await world.addMachine('late', zones[1] ?? '');
    const nodes = [...shared.nodes, node];
    const cost = await costOf(world, latencyMs, async () => {
      await reach(provider.cluster, clusterOwner, { ...shared, nodes });
      for (const each of many) await reach(provider, each.owner, { ...each, nodes });
    });
    expect(cost).toMatchObject({ mutations: 1, reads: 0, chain: 1, byMethod: { 'instanceGroups.addInstances': 1 } });
    await reach(provider.cluster, clusterOwner, shared);
  });

  it('a restart costs one list of each kind and one of each group, and no write', async () => {
    const { world, shared } = it40;
    const restarted = world.provider();
    const cost = await costOf(world, latencyMs, async () => {
      await reach(restarted.cluster, clusterOwner, shared);
      for (const each of many) await reach(restarted, each.owner, each);
    });
    expect(cost.byMethod).toEqual({
      'addresses.list': 1,
      'firewalls.list': 1,
      'forwardingRules.list': 1,
      'globalOperations.aggregatedList': 1,
      'instanceGroups.aggregatedList': 1,
      'instanceGroups.listInstances': 2,
      'regionBackendServices.list': 1,
      'regionHealthChecks.list': 1,
    });
  });

  it('a steady state costs nothing', async () => {
    const { world, provider } = it40;
    const cost = await costOf(world, latencyMs, async () => {
      for (const each of many) await reach(provider, each.owner, each);
    });
    expect(cost).toMatchObject({ mutations: 0, reads: 0, waits: 0 });
  });
});
