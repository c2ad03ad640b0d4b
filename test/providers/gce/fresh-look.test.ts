import { describe, expect, it } from 'vitest';
import { pass } from '../../../providers/conformance/index.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { ask, must, project, region, resourcesOf } from './others.ts';
import { failures, ports, reach, serviceOwner, wish } from './scene.ts';
import { stage } from './stage.ts';

const { open, world, provider, the, pathOf } = stage();
const live = (): AbortSignal => new AbortController().signal;

/** What people did since the cloud was last listed. */
describe('right before a change', () => {
  it.each(['healthChecks', 'firewalls'])('%s whose mark somebody took away are left alone', async (segment) => {
    await open();
    await reach(provider(), serviceOwner(), wish());
    const path = pathOf(segment);
    await must(world().cloud, 'PATCH', path, { description: 'mine now' });
    await pass(provider(), serviceOwner(), null, { signal: live(), width: 8 });
    expect(resourcesOf(world().cloud)[path]).toMatchObject({ description: 'mine now' });
  });

  it('a firewall rule that somebody took is not written over', async () => {
    await open();
    await reach(provider(), serviceOwner(), wish());
    const path = pathOf('firewalls');
    await must(world().cloud, 'PATCH', path, { description: 'mine now' });
    const narrower = wish({ sourceRanges: { ipv4: ['10.0.0.0/8'], ipv6: [] } });
    expect(await failures(provider(), narrower)).toEqual({ firewall: 'conflict' });
    expect(resourcesOf(world().cloud)[path]).toMatchObject({ description: 'mine now', sourceRanges: ['0.0.0.0/0'] });
  });

  it('a reservation that somebody deleted is made again before its rule is replaced: the IP stays', async () => {
    await open();
    await reach(provider(), serviceOwner(), wish());
    const before = String(the('addresses')['address']);
    expect((await ask(world().cloud, 'DELETE', pathOf('addresses'))).status).toBe(200);
    await reach(provider(), serviceOwner(), wish({ listeners: ports('tcp', 443) }));
    expect([the('forwardingRules')['IPAddress'], the('addresses')['address']]).toEqual([before, before]);
  });

  it('a rule whose IP cannot be reserved, since somebody has the name, is not replaced', async () => {
    await open();
    const held = { options: { 'address-policy': 'hold' } };
    await reach(provider(), serviceOwner(), wish(held));
    const before = the('forwardingRules');
    await must(world().cloud, 'POST', `regions/${region}/addresses`, { name: String(before['name']) });
    const codes = await failures(provider(), wish({ ...held, listeners: ports('tcp', 443) }));
    expect(codes['forwarding-rule']).toBe('conflict');
    expect(the('forwardingRules')).toMatchObject({ IPAddress: before['IPAddress'], ports: ['80'] });
  });

  it('a reservation that somebody took is not given up when its rule no longer needs it', async () => {
    await open({ latencyMs: 1000 });
    const held = wish({ options: { 'address-policy': 'hold' } });
    const made = pass(provider(), serviceOwner(), held, { signal: live(), width: 8 });
    await world().clock.sleep(1200, live());
    const path = pathOf('addresses');
    const { labelFingerprint } = the('addresses');
    await must(world().cloud, 'POST', `${path}/setLabels`, { labels: { 'portico-kept': 'true' }, labelFingerprint });
    await made;
    expect(resourcesOf(world().cloud)[path]).toMatchObject({ labels: { 'portico-kept': 'true' } });
  });

  it('an address that somebody else took is a conflict, before anything is opened to it', async () => {
    await open();
    const front: Partial<LoadBalancerIntent> = { address: { kind: 'name', name: 'front' } };
    await must(world().cloud, 'POST', `regions/${region}/addresses`, { name: 'front' });
    const other = world().provider();
    await other.observe(serviceOwner('other'), [], live());
    await reach(provider(), serviceOwner(), wish(front));
    const wanted = other.desired(wish({ ...front, owner: serviceOwner('other') }), nothingSticky);
    const { foreign } = await other.observe(serviceOwner('other'), wanted.keys(), live());
    expect([...foreign.values()]).toEqual([
      expect.stringContaining(`projects/${project}/regions/${region}/addresses/front, an address that`),
    ]);
  });
});
