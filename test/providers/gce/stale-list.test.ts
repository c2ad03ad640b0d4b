import { afterEach, describe, expect, it } from 'vitest';
import { createGceProvider, restWire, type Transport } from '../../../providers/gce/index.ts';
import { pass } from '../../../providers/conformance/index.ts';
import type { Provider } from '../../../src/provider.ts';
import { ask, inThread, type Json, project, region, resourcesOf } from './others.ts';
import { cluster, reach, serviceOwner, wish } from './scene.ts';
import { type GceWorld, gceWorld } from './world.ts';

let world: GceWorld;
/** Shows what a list answers with, by its path, instead of what is there. */
let shown: (path: string, items: readonly Json[]) => readonly Json[];
afterEach(() => world.close());

const all = (_path: string, items: readonly Json[]): readonly Json[] => items;
const isOurs = (item: Json): boolean => String(item['description']).includes('shop/web');
/** A list from before the Service. */
const without = (_path: string, items: readonly Json[]): readonly Json[] => items.filter((item) => !isOurs(item));
const left = (): string[] =>
  Object.entries(resourcesOf(world.cloud)).flatMap(([key, body]) => (isOurs(body) ? [key] : []));
const live = (): AbortSignal => new AbortController().signal;
const remove = async (provider: Provider) => {
  await provider.search?.(serviceOwner(), live());
  return pass(provider, serviceOwner(), null, { signal: live(), width: 8 });
};

/** One more process on the same cloud. */
function begin(): Provider {
  const inner = inThread(world.cloud);
  const transport: Transport = {
    ...inner,
    send: async (request, signal) => {
      const answer = await inner.send(request, signal);
      const body = JSON.parse(answer.body === '' ? '{}' : answer.body) as Json;
      const items = body['items'];
      if (request.method !== 'GET' || !Array.isArray(items)) return answer;
      return { ...answer, body: JSON.stringify({ ...body, items: shown(request.path, items as Json[]) }) };
    },
  };
  const paces = { writesPerSecond: 100_000, readsPerSecond: 100_000 };
  return createGceProvider(
    { project, region, internalIpv6Subnetwork: 'inside' },
    { clock: world.clock, wire: restWire(transport), ...paces },
  );
}

async function open(): Promise<Provider> {
  world = await gceWorld();
  shown = all;
  const provider = begin();
  await cluster(world, provider);
  return provider;
}

describe('a list that is behind', () => {
  it.each([
    ['all', wish()],
    ['an internal one', wish({ scheme: 'internal' })],
    ['both families', wish({ families: ['ipv4', 'ipv6'] })],
    ['its nodePorts', wish({ options: { 'node-port-firewall': true } })],
  ])('a process that begins with it removes %s of a Service that it does not show', async (_what, asked) => {
    await reach(await open(), serviceOwner(), asked);
    expect(left().length).toBeGreaterThanOrEqual(5);
    shown = without;
    const { after } = await remove(begin());
    expect(left()).toEqual([]);
    expect(after.graph.size).toBe(0);
  });

  it('one that shows only a part is filled up before anything is deleted', async () => {
    await reach(await open(), serviceOwner(), wish());
    shown = (path, items) => (path.includes('/backendServices') ? without(path, items) : items);
    const { applied } = await remove(begin());
    expect(applied.failed).toEqual([]);
    expect(left()).toEqual([]);
  });

  it('a process that takes the lead again looks as one that begins', async () => {
    const provider = await open();
    await world.clock.sleep(150_000, live());
    provider.refresh();
    await provider.observe(serviceOwner(), [], live());
    await reach(begin(), serviceOwner(), wish());
    shown = without;
    provider.refresh('takeover');
    await remove(provider);
    expect(left()).toEqual([]);
  });

  it('does not make a process forget what it made itself', async () => {
    const provider = await open();
    await reach(provider, serviceOwner(), wish());
    shown = without;
    provider.refresh();
    await remove(provider);
    expect(left()).toEqual([]);
  });

  it('does not hide that somebody deleted what was just made', async () => {
    const provider = await open();
    await reach(provider, serviceOwner(), wish());
    const firewall = left().find((key) => key.includes('firewalls')) ?? '';
    expect((await ask(world.cloud, 'DELETE', firewall)).status).toBe(200);
    provider.refresh();
    await reach(provider, serviceOwner(), wish());
    expect(left()).toContain(firewall);
  });

  it('does not make what is gone again something that the owner has', async () => {
    const provider = await open();
    await reach(provider, serviceOwner(), wish());
    const then = Object.entries(resourcesOf(world.cloud));
    await remove(provider);
    shown = (path, items) => [
      ...items,
      ...then.flatMap(([key, body]) =>
        isOurs(body) && path.split('?')[0]?.endsWith(`/${key.slice(0, key.lastIndexOf('/'))}`) ? [body] : [],
      ),
    ];
    provider.refresh();
    const { graph } = await provider.observe(serviceOwner(), [], live());
    expect([...graph.keys()]).toEqual([]);
    expect(await provider.owners('test', live())).toEqual([{ kind: 'cluster', cluster: 'test' }]);
  });
});
