import { describe, expect, it } from 'vitest';
import { pass } from '../../../providers/conformance/index.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { ask, must, region } from './others.ts';
import { failures, ports, reach, serviceOwner, wish } from './scene.ts';
import { stage } from './stage.ts';

const { open, world, provider, own, the, pathOf } = stage();
const live = (): AbortSignal => new AbortController().signal;
const addresses = `regions/${region}/addresses`;

/** A balancer whose reservation, ours by its mark, holds another IP than the rule. Gives the rule. */
async function astray(changes: Partial<LoadBalancerIntent>): Promise<Readonly<Record<string, unknown>>> {
  await open();
  await reach(provider(), serviceOwner(), wish({ ...changes, options: {} }));
  const { name, description } = the('addresses');
  await must(world().cloud, 'DELETE', pathOf('addresses'), {});
  await must(world().cloud, 'POST', addresses, { name, description });
  expect(the('addresses')['address']).not.toBe(the('forwardingRules')['IPAddress']);
  return the('forwardingRules');
}

describe('a reservation of ours that holds another IP than the rule', () => {
  it.each([
    ['reserve', 1],
    ['hold', 0],
  ])('gives way to the IP that clients know, and the rule is not touched (%s)', async (policy, reserved) => {
    const before = await astray({});
    const fresh = world().provider();
    const intent = wish({ options: { 'address-policy': policy } });
    const { ingress, passes } = await reach(fresh, serviceOwner(), intent);
    expect(the('forwardingRules')).toMatchObject({ id: before['id'], IPAddress: before['IPAddress'] });
    expect(own('addresses').map(({ address }) => address)).toEqual(reserved === 1 ? [before['IPAddress']] : []);
    expect(ingress).toEqual([{ ip: before['IPAddress'] }]);
    expect(passes[0]?.plan.steps.map(({ risk }) => risk)).not.toContain('address');
    world().cloud.calls.reset();
    await reach(fresh, serviceOwner(), intent);
    expect(world().cloud.calls.counts()).toMatchObject({ mutations: 0 });
  });

  it.each(['reserve', 'hold'])('gives way before the rule is replaced for another reason (%s)', async (policy) => {
    const before = await astray({});
    const changed = wish({ options: { 'address-policy': policy }, listeners: ports('tcp', 443) });
    await reach(world().provider(), serviceOwner(), changed);
    expect(the('forwardingRules')).toMatchObject({ IPAddress: before['IPAddress'], ports: ['443'] });
    expect(the('firewalls')).toMatchObject({ destinationRanges: [`${String(before['IPAddress'])}/32`] });
    expect(own('addresses')).toHaveLength(policy === 'hold' ? 0 : 1);
  });

  it('goes with the Service', async () => {
    await astray({});
    await reach(world().provider(), serviceOwner(), null);
    expect([...own('addresses'), ...own('forwardingRules')]).toEqual([]);
  });

  it('is what the rule moves to when a person reserved the IP that it has, and the Service asks for that no more', async () => {
    await open();
    await reach(provider(), serviceOwner(), wish());
    const { name, description } = the('addresses');
    await must(world().cloud, 'POST', addresses, { name: 'front' });
    await reach(provider(), serviceOwner(), wish({ address: { kind: 'name', name: 'front' } }));
    await must(world().cloud, 'POST', addresses, { name, description });
    const { address } = the('addresses');
    expect(the('forwardingRules')['IPAddress']).not.toBe(address);
    await reach(world().provider(), serviceOwner(), wish());
    expect(the('forwardingRules')['IPAddress']).toBe(address);
    expect(the('addresses')['address']).toBe(address);
  });

  it('is left alone when somebody took its mark meanwhile', async () => {
    const before = await astray({});
    const late = world().provider();
    await late.observe(serviceOwner(), [], live());
    const { name } = the('addresses');
    const path = pathOf('addresses');
    await must(world().cloud, 'DELETE', path, {});
    await must(world().cloud, 'POST', addresses, { name });
    expect(await failures(late, wish())).toEqual({ address: 'conflict' });
    expect((await ask(world().cloud, 'GET', path)).status).toBe(200);
    expect(the('forwardingRules')['IPAddress']).toBe(before['IPAddress']);
  });
});

it('an address that is there though nobody saw it is used, not taken for one that the quota refused', async () => {
  await open();
  const late = world().provider();
  await late.observe(serviceOwner(), [], live());
  await reach(provider(), serviceOwner(), wish());
  const { address } = the('addresses');
  await must(world().cloud, 'DELETE', pathOf('forwardingRules'), {});
  const match = { method: 'addresses.insert' };
  world().cloud.setFaults([{ match, effect: { type: 'error', status: 403, reason: 'quotaExceeded' } }]);
  await pass(late, serviceOwner(), wish(), { signal: live(), width: 8 });
  expect(the('forwardingRules')).toMatchObject({ IPAddress: address });
});

it('a reservation that is only to last until the rule has another address is given up once', async () => {
  await open({ latencyMs: 500 });
  await reach(provider(), serviceOwner(), wish());
  await must(world().cloud, 'DELETE', pathOf('addresses'), {});
  await must(world().cloud, 'POST', addresses, { name: 'front' });
  const changed = wish({ address: { kind: 'name', name: 'front' }, listeners: ports('udp', 53) });
  const late = world().provider();
  world().cloud.calls.reset();
  await reach(late, serviceOwner(), changed);
  expect(own('addresses')).toEqual([]);
  expect(world().cloud.calls.counts()).toMatchObject({ byMethod: { 'addresses.insert': 1, 'addresses.delete': 1 } });
});

it('an address is announced only when the firewall is open for it', async () => {
  await open();
  await reach(provider(), serviceOwner(), wish());
  await must(world().cloud, 'POST', addresses, { name: 'front' });
  const match = { method: 'firewalls.update' };
  world().cloud.setFaults([{ match, effect: { type: 'error', status: 503, reason: 'backendError' } }]);
  const moved = wish({ address: { kind: 'name', name: 'front' } });
  const { after } = await pass(provider(), serviceOwner(), moved, { signal: live(), width: 8 });
  expect(the('firewalls')['destinationRanges']).not.toEqual([`${String(the('forwardingRules')['IPAddress'])}/32`]);
  expect(after.ingress).toEqual([]);
  world().cloud.setFaults([]);
  const { ingress } = await reach(provider(), serviceOwner(), moved);
  expect(ingress).toEqual([{ ip: the('forwardingRules')['IPAddress'] }]);
});
