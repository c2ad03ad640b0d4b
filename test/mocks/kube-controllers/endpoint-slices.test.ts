import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { planSlices } from '../../../mocks/kube-controllers/endpoint-slice-plan.ts';
import { withinCapacity } from '../../../mocks/kube-controllers/endpoints.ts';
import type { KubeObject } from '../../../mocks/kube-apiserver/kind.ts';
import { inDefault, mergePatch, nodeNamed, service, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster | undefined;
afterEach(() => cluster?.api.close());

interface Slice {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[] | null;
  readonly ports: readonly { readonly name: string; readonly port: number }[] | null;
}
interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean };
  readonly nodeName: string;
  readonly zone?: string;
  readonly hints?: unknown;
}

const slicesOf = async (on: TestCluster, name: string): Promise<readonly Slice[]> =>
  (await on.list(`${inDefault.slices}?labelSelector=kubernetes.io/service-name=${name}`)) as unknown as Slice[];
const pod = (index: number, node: string, port = 8080) => ({
  metadata: { name: `p${index}`, labels: { app: 'kubia' } },
  spec: {
    nodeName: node,
    containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: port }] }],
  },
});
const running = (index: number, ready: boolean) => ({
  status: {
    phase: 'Running',
    podIP: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    podIPs: [{ ip: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}` }],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});

async function addPod(on: TestCluster, index: number, node: string, ready = true, port = 8080): Promise<void> {
  await on.request('POST', inDefault.pods, pod(index, node, port));
  await on.request('PATCH', `${inDefault.pods}/p${index}/status`, running(index, ready), mergePatch);
}

describe('slices of a Service', () => {
  test('hold at most 100 endpoints each, and are emptied without being lost', async () => {
    cluster = await testCluster({ running: false, nodes: 1 });
    await cluster.request('POST', inDefault.services, service('kubia'));
    for (let index = 0; index < 120; index += 1) await addPod(cluster, index, 'node-1');
    await cluster.clock.advance(100);
    const full = await slicesOf(cluster, 'kubia');
    expect(full.map(({ endpoints }) => endpoints?.length ?? 0).toSorted((a, b) => b - a)).toEqual([100, 20]);
    await cluster.request('DELETE', `${inDefault.pods}?gracePeriodSeconds=0`);
    await cluster.clock.advance(100);
    const empty = await slicesOf(cluster, 'kubia');
    expect(empty.map(({ endpoints, ports }) => ({ endpoints, ports }))).toEqual([{ endpoints: null, ports: null }]);
  });

  test('are one for each set of ports that the pods have under the name', async () => {
    cluster = await testCluster({ running: false });
    await cluster.request('POST', inDefault.services, service('kubia'));
    await addPod(cluster, 1, 'node-1', true, 8080);
    await addPod(cluster, 2, 'node-2', true, 9090);
    await cluster.clock.advance(100);
    const ports = (await slicesOf(cluster, 'kubia')).map((slice) => String(slice.ports?.map(({ port }) => port)));
    expect(ports.toSorted()).toEqual(['8080', '9090']);
  });

  test('give hints where traffic is to stay in its zone', async () => {
    cluster = await testCluster({ running: false });
    await cluster.request('POST', inDefault.services, service('kubia', { trafficDistribution: 'PreferClose' }));
    await addPod(cluster, 1, 'node-1');
    await addPod(cluster, 2, 'node-2', false);
    await cluster.clock.advance(100);
    const [slice] = await slicesOf(cluster, 'kubia');
    expect(slice?.endpoints?.map(({ hints }) => hints)).toEqual([{ forZones: [{ name: 'zone-1' }] }, undefined]);
  });

  test('go with their Service, and its Endpoints too', async () => {
    cluster = await testCluster({ running: false });
    await cluster.request('POST', inDefault.services, service('kubia'));
    await cluster.clock.advance(100);
    await cluster.request('DELETE', `${inDefault.services}/kubia`);
    await cluster.clock.advance(100);
    expect(await slicesOf(cluster, 'kubia')).toEqual([]);
    expect(await cluster.statusOf('GET', '/api/v1/namespaces/default/endpoints/kubia')).toBe(404);
  });
});

type Step =
  | { readonly do: 'add' | 'ready' | 'unready' | 'away' | 'back' | 'delete' | 'kill'; readonly pod: number }
  | { readonly do: 'publish'; readonly all: boolean }
  | { readonly do: 'lose' | 'return'; readonly node: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'add' as const,
        'ready' as const,
        'unready' as const,
        'away' as const,
        'back' as const,
        'delete' as const,
        'kill' as const,
      ),
      pod: fc.nat(4),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('publish' as const), all: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('lose' as const, 'return' as const),
      node: fc.integer({ min: 1, max: 2 }),
    }),
  },
);

async function perform(on: TestCluster, each: Step): Promise<void> {
  const path = 'pod' in each ? `${inDefault.pods}/p${each.pod}` : '';
  switch (each.do) {
    case 'add':
      await on.statusOf('POST', inDefault.pods, pod(each.pod, `node-${(each.pod % 2) + 1}`));
      break;
    case 'ready':
    case 'unready':
      await on.request('PATCH', `${path}/status`, running(each.pod, each.do === 'ready'), mergePatch);
      break;
    case 'away':
    case 'back':
      await on.request(
        'PATCH',
        path,
        { metadata: { labels: { app: each.do === 'away' ? 'other' : 'kubia' } } },
        mergePatch,
      );
      break;
    case 'delete':
      await on.statusOf('DELETE', path);
      break;
    case 'kill':
      await on.statusOf('DELETE', `${path}?gracePeriodSeconds=0`);
      break;
    case 'publish':
      await on.request(
        'PATCH',
        `${inDefault.services}/kubia`,
        { spec: { publishNotReadyAddresses: each.all } },
        mergePatch,
      );
      break;
    case 'lose':
      await on.statusOf('DELETE', `/api/v1/nodes/node-${each.node}`);
      break;
    case 'return':
      await on.statusOf('POST', '/api/v1/nodes', nodeNamed(each.node));
      break;
    default:
      each satisfies never;
  }
}

/** What the slices must hold, from the pods, the nodes and the Service as they are. */
async function expected(on: TestCluster): Promise<readonly unknown[]> {
  const nodes = new Map((await on.list('/api/v1/nodes')).map((node) => [node.metadata.name, node]));
  const { spec } = await on.request('GET', `${inDefault.services}/kubia`);
  return (await on.pods())
    .filter(
      ({ metadata, status, spec: { nodeName } }) =>
        metadata.labels?.['app'] === 'kubia' && status.podIP !== undefined && nodes.has(nodeName),
    )
    .map(({ metadata, status, spec: { nodeName } }) => {
      const serving = status.conditions.some(
        (each: { type: string; status: string }) => each.type === 'Ready' && each.status === 'True',
      );
      const terminating = metadata.deletionTimestamp !== undefined;
      return {
        address: status.podIP,
        conditions: {
          ready: spec.publishNotReadyAddresses === true || (serving && !terminating),
          serving,
          terminating,
        },
        nodeName,
        zone: nodes.get(nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'],
      };
    });
}

test('once quiet, slices are what the pods say, whatever happened before', async () => {
  const moment = fc.record({ step, restMs: fc.constantFrom(0, 1, 2, 10, 1000) });
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 25 }), async (moments) => {
      const on = await testCluster({ running: false, nodes: 2 });
      try {
        await on.request('POST', inDefault.services, service('kubia'));
        for (const { step: each, restMs } of moments) {
          await perform(on, each);
          await on.clock.advance(restMs);
        }
        await on.clock.advance(100);
        const held = (await slicesOf(on, 'kubia')).flatMap(({ endpoints }) => endpoints ?? []);
        const told = held.map(({ addresses, conditions, nodeName, zone }) => ({
          address: addresses[0],
          conditions,
          nodeName,
          zone,
        }));
        const byAddress = (a: { address?: string | undefined }, b: { address?: string | undefined }) =>
          (a.address ?? '') < (b.address ?? '') ? -1 : 1;
        expect(told.toSorted(byAddress)).toEqual(((await expected(on)) as { address: string }[]).toSorted(byAddress));
      } finally {
        on.api.close();
      }
    }),
    { numRuns: 40, seed: 11 },
  );
}, 60_000);

test.each([
  { ready: 1000, notReady: 0, kept: [1000, 0], truncated: false },
  { ready: 990, notReady: 20, kept: [990, 10], truncated: true },
  { ready: 1010, notReady: 20, kept: [1000, 0], truncated: true },
])('of $ready ready and $notReady other addresses Endpoints hold $kept', ({ ready, notReady, kept, truncated }) => {
  const addresses = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ip: `10.0.${index >> 8}.${index & 255}` }));
  const subset = { addresses: addresses(ready), notReadyAddresses: addresses(notReady), ports: [{ port: 80 }] };
  const cut = withinCapacity([subset]);
  expect(cut.truncated).toBe(truncated);
  const count = (key: string) => cut.subsets.flatMap((each) => each[key] ?? []).length;
  expect([count('addresses'), count('notReadyAddresses')]).toEqual(kept);
});

test('a plan puts every endpoint into one slice, within the limit, and then leaves all as it is', () => {
  const endpoint = fc
    .integer({ min: 1, max: 40 })
    .map((index) => ({ addresses: [`10.1.0.${index}`], ready: index % 3 }));
  const groups = fc.uniqueArray(endpoint, { selector: ({ addresses }) => addresses[0], maxLength: 30 });
  fc.assert(
    fc.property(fc.array(groups, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (states, most) => {
      let slices: readonly KubeObject[] = [];
      let made = 0;
      for (const endpoints of states) {
        const desired = endpoints.length > 0 ? [{ ports: [{ name: '', port: 80, protocol: 'TCP' }], endpoints }] : [];
        const plan = planSlices(desired, slices, most);
        const fresh = plan.create.map((content): KubeObject => {
          made += 1;
          return { apiVersion: '', kind: '', metadata: { name: `s${made}` }, ...content };
        });
        const updates = new Map(plan.update.map(({ slice, content }) => [slice, content]));
        slices = [
          ...slices
            .filter((slice) => !plan.remove.includes(slice))
            .map((slice) => ({ ...slice, ...updates.get(slice) })),
          ...fresh,
        ];
        const held = slices.flatMap((slice) => slice['endpoints'] as unknown as (typeof endpoints)[number][]);
        expect(held.map(({ addresses }) => String(addresses[0])).toSorted()).toEqual(
          endpoints.map(({ addresses }) => String(addresses[0])).toSorted(),
        );
        for (const slice of slices) expect((slice['endpoints'] as unknown[]).length).toBeLessThanOrEqual(most);
        expect(slices.length).toBeGreaterThanOrEqual(1);
        expect(planSlices(desired, slices, most)).toEqual({ create: [], update: [], remove: [] });
      }
    }),
    { seed: 3 },
  );
});
