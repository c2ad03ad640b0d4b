import { afterEach, describe, expect, it } from 'vitest';
import { createMockProvider } from '../../providers/mock/index.ts';
import { cloudApi } from '../../providers/mock/cloud-api.ts';
import { nameOf } from '../../src/graph/resource.ts';
import { type Life, type Simulation, simulate } from './simulation.ts';

let world: Simulation;
let life: Life;
afterEach(() => world.close());

const ofService = () => [...world.cloud.records.values()].filter(({ id }) => id.includes('-default-web-'));
const kept = async () => (await world.events()).filter(({ reason }) => reason === 'KeptLoadBalancer');
const leave = { go: () => world.remove('web'), retype: () => world.merge('web', { spec: { type: 'ClusterIP' } }) };

async function served(retain: string): Promise<string> {
  world = simulate();
  await world.addNode('n1', 'zone-a');
  life = world.begin();
  await world.apply({ name: 'web', annotations: { 'portico.dev/retain': retain } });
  return world.address('web');
}

describe('portico.dev/retain', () => {
  it.each(['go', 'retype'] as const)('address: it stays when the Service is to %s, all else goes', async (how) => {
    const ip = await served('address');
    await leave[how]();
    await world.eventually(async () => !(await world.service('web'))?.metadata.finalizers.length);
    await world.clock.advance(5000);
    expect(ofService().map(({ kind, ip: has }) => [kind, has])).toEqual([['address', ip]]);
    const [event] = await kept();
    expect(event?.message).toContain(ip);
    expect([...world.cloud.records.values()].filter(({ kind }) => kind === 'instance-group')).toEqual([]);
  });

  it('address: a Service of the same name that is made anew leaves it alone, and gets it when it asks for it', async () => {
    const ip = await served('address');
    await world.remove('web');
    await world.gone('web');
    const name = nameOf(ofService()[0]?.id ?? 'address/');
    await world.apply({ name: 'web' });
    expect(await world.address('web')).not.toBe(ip);
    await world.merge('web', { metadata: { annotations: { 'portico.dev/static-address': name } } });
    await world.eventually(async () => (await world.service('web'))?.status.ingress[0]?.ip === ip);
    await world.remove('web');
    await world.gone('web');
    await world.clock.advance(5000);
    expect(ofService().map(({ ip: has }) => has)).toEqual([ip]);
  });

  it('everything: nothing of it is touched, and after a restart nobody takes it for ours', async () => {
    await served('everything');
    const before = ofService().map(({ id, body }) => [id, body]);
    await world.remove('web');
    await world.gone('web');
    expect(ofService().map(({ id, body }) => [id, body])).toEqual(before);
    const provider = createMockProvider({ clock: world.clock, api: cloudApi(world.cloud, { clock: world.clock }) });
    const owners = await world.clock.run(provider.owners('test', new AbortController().signal));
    expect(owners.filter(({ kind }) => kind === 'service')).toEqual([]);
  });

  it('everything: what it stands on stays, follows the nodes, and goes with it', async () => {
    await served('everything');
    await world.remove('web');
    await world.gone('web');
    await world.addNode('n2', 'zone-a');
    await world.clock.advance(60_000);
    const groups = () => [...world.cloud.records.values()].filter(({ kind }) => kind === 'instance-group');
    expect(groups().map(({ body }) => body['nodes'])).toEqual([['n1', 'n2']]);
    const { calls, passes } = life;
    expect(
      passes.filter(({ scope, result }) => scope === 'cluster' && !['converged', 'unchanged'].includes(result)),
    ).toEqual([]);
    calls.length = 0;
    await world.clock.advance(3_600_000);
    expect(calls.filter(({ writes }) => writes)).toEqual([]);
    // A person deletes it.
    const rank = ['forwarding-rule', 'firewall', 'backend-service', 'health-check', 'address'];
    const left = ofService().toSorted((a, b) => rank.indexOf(a.kind) - rank.indexOf(b.kind));
    for (const { id } of left) world.cloud.lose(id);
    await world.clock.advance(1_300_000);
    expect([...world.cloud.records.keys()]).toEqual([]);
  });

  it('that cannot be read keeps all until it can', async () => {
    await served('address');
    const before = ofService().length;
    await world.merge('web', { metadata: { annotations: { 'portico.dev/retain': 'adress' } } });
    await world.remove('web');
    await world.clock.advance(60_000);
    expect(ofService()).toHaveLength(before);
    await world.merge('web', { metadata: { annotations: { 'portico.dev/retain': 'address' } } });
    await world.gone('web');
    expect(ofService()).toHaveLength(1);
  });

  it('with the policy upsert-only: everything may stay, so that the Service can go', async () => {
    await served('everything');
    const before = ofService().length;
    await world.merge('web', { metadata: { annotations: { 'portico.dev/policy': 'upsert-only' } } });
    await world.remove('web');
    await world.gone('web');
    expect(ofService()).toHaveLength(before);
  });
});
