import { describe, expect, it } from 'vitest';
import { pass } from '../../../providers/conformance/index.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { nothingSticky, type Observation } from '../../../src/provider.ts';
import { must, project, region, resourcesOf } from './others.ts';
import { ports, reach, serviceOwner, wish } from './scene.ts';
import { stage } from './stage.ts';

const { open, world, provider } = stage();
const live = (): AbortSignal => new AbortController().signal;
const front = (name: string, changes: Partial<LoadBalancerIntent> = {}): LoadBalancerIntent =>
  wish({ owner: serviceOwner(name), address: { kind: 'name', name: 'front' }, ...changes });

async function withFront(): Promise<string> {
  await open({ latencyMs: 2000 });
  await must(world().cloud, 'POST', `regions/${region}/addresses`, { name: 'front' });
  return String(resourcesOf(world().cloud)[`regions/${region}/addresses/front`]?.['address']);
}

const look = (wanted: LoadBalancerIntent): Promise<Observation> =>
  provider().observe(wanted.owner, provider().desired(wanted, nothingSticky).keys(), live());

/** Names of the firewall rules that open the IP. */
const openedTo = (ip: string): string[] =>
  Object.entries(resourcesOf(world().cloud)).flatMap(([key, body]) =>
    JSON.stringify(body['destinationRanges'] ?? null).includes(ip) ? [key.slice(key.lastIndexOf('/') + 1)] : [],
  );

describe('a free address of a person’s that two Services ask for at once', () => {
  it.each([
    ['both are new', []],
    ['both have balancers', ['web', 'api']],
    ['the second has one', ['api']],
  ])('goes to the first, and nothing of the other’s is opened to it: %s', async (_title, earlier) => {
    const ip = await withFront();
    for (const name of earlier) await reach(provider(), serviceOwner(name), wish({ owner: serviceOwner(name) }));
    const most: number[] = [];
    world().cloud.onChange(() => most.push(openedTo(ip).length));
    const asking = (name: string, port: number) =>
      pass(provider(), serviceOwner(name), front(name, { listeners: ports('tcp', port) }), {
        signal: live(),
        width: 8,
      });
    await Promise.all([asking('web', 80), asking('api', 443)]);
    await asking('web', 80);
    expect(Math.max(...most)).toBe(1);
    expect(openedTo(ip)).toEqual([expect.stringContaining('shop-web')]);
    const { foreign } = await look(front('api', { listeners: ports('tcp', 443) }));
    expect([...foreign.values()]).toEqual([expect.stringMatching(/addresses\/front, an address that .*web/)]);
  });

  it('is not kept by one that only looked', async () => {
    await withFront();
    await look(front('web'));
    expect((await look(front('api'))).foreign.size).toBe(1);
    await world().clock.sleep(61_000, live());
    await reach(provider(), serviceOwner('api'), front('api'));
  });

  it.each([
    ['internal', { scheme: 'internal' }],
    ['of another tier', { options: { 'network-tier': 'standard' } }],
    ['of the other family', { families: ['ipv6'] }],
  ] as const)('is not kept by one that is %s, however often that looks', async (_title, changes) => {
    const ip = await withFront();
    const unfit = front('web', changes);
    await look(unfit).catch(() => undefined);
    await look(unfit).catch(() => undefined);
    const { ingress } = await reach(provider(), serviceOwner('api'), front('api'));
    expect(ingress).toEqual([{ ip }]);
  });

  it('is free for the other when the first asks for it no more', async () => {
    const ip = await withFront();
    await reach(provider(), serviceOwner('web'), front('web'));
    await reach(provider(), serviceOwner('web'), wish({ owner: serviceOwner('web') }));
    const { ingress } = await reach(provider(), serviceOwner('api'), front('api'));
    expect(ingress).toEqual([{ ip }]);
  });

  it('is free for the other when the first is gone', async () => {
    const ip = await withFront();
    await reach(provider(), serviceOwner('web'), front('web'));
    await reach(provider(), serviceOwner('web'), null);
    const { ingress } = await reach(provider(), serviceOwner('api'), front('api'));
    expect(ingress).toEqual([{ ip }]);
  });

  it('takes TCP and UDP of one Service', async () => {
    const ip = await withFront();
    const both = [...ports('tcp', 53), ...ports('udp', 53)];
    const { ingress } = await reach(provider(), serviceOwner('web'), front('web', { listeners: both }));
    expect(ingress).toEqual([{ ip }]);
  });

  it('stays with the one whose firewall is open for it, whoever is looked at first by the next process', async () => {
    await withFront();
    const had = await reach(provider(), serviceOwner('web'), front('web'));
    const rules = `regions/${region}/forwardingRules`;
    const rule = Object.keys(resourcesOf(world().cloud)).find((key) => key.startsWith(rules)) ?? '';
    await must(world().cloud, 'DELETE', rule, {});
    const next = world().provider();
    const again = (name: string, port: number) =>
      pass(next, serviceOwner(name), front(name, { listeners: ports('tcp', port) }), { signal: live(), width: 8 });
    expect((await again('api', 443)).after.ingress).toEqual([]);
    expect((await again('web', 80)).after.ingress).toEqual(had.ingress);
  });

  it('is not kept by one that only looked at a rule that it might take over, once that rule is gone', async () => {
    const ip = await withFront();
    const { cloud, clock } = world();
    const target = `projects/${project}/regions/${region}/targetPools/a1`;
    await must(cloud, 'POST', `regions/${region}/targetPools`, { name: 'a1' });
    await must(cloud, 'POST', `regions/${region}/forwardingRules`, {
      name: 'a1',
      IPProtocol: 'TCP',
      portRange: '80',
      target,
      IPAddress: ip,
      labels: { 'portico-adopt': 'uid-web' },
    });
    const adopting = front('web', { options: { adopt: 'a1' } });
    await look(adopting);
    await must(cloud, 'DELETE', `regions/${region}/forwardingRules/a1`, {});
    await expect(look(adopting)).rejects.toMatchObject({ code: 'invalid' });
    expect([...(await look(front('api'))).foreign]).toEqual([]);
    await clock.sleep(3_600_000, live());
    await expect(look(adopting)).rejects.toMatchObject({ code: 'invalid' });
    expect([...(await look(front('api'))).foreign]).toEqual([]);
  });
});
