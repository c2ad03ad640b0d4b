import { describe, expect, it } from 'vitest';
import { messageOf, outcomeOf, testCloud } from './cloud-client.ts';
import { check, loadBalancer, region, rule, service, zone } from './load-balancer.ts';

describe('what is refused of a resource that exists', () => {
  it.each<readonly [string, object]>([
    [`${region}/addresses`, { name: 'a1' }],
    [`${region}/healthChecks`, check],
    [`${zone}/instanceGroups`, { name: 'g1' }],
    [`${region}/backendServices`, service()],
    [`${region}/forwardingRules`, rule({ ports: ['81'] })],
    ['global/firewalls', { name: 'f1', allowed: [{ IPProtocol: 'tcp' }] }],
  ])('the same name again in %s: 409', async (path, body) => {
    const { cloud, call } = await loadBalancer();
    const before = cloud.snapshot();
    const refused = await call('POST', path, body);
    expect(outcomeOf(refused)).toBe('409 alreadyExists');
    expect(messageOf(refused)).toMatch(/^The resource 'projects\/p\/.+' already exists$/);
    expect(cloud.snapshot()).toEqual(before);
  });

  it.each([
    [`${region}/healthChecks/h1`, 'health_check', `${region}/backendServices/b1`],
    [`${zone}/instanceGroups/g1`, 'instance_group', `${region}/backendServices/b1`],
    [`${region}/backendServices/b1`, 'backend_service', `${region}/forwardingRules/r1`],
    [`${region}/targetPools/t1`, 'target_pool', `${region}/forwardingRules/r2`],
    ['global/httpHealthChecks/legacy', 'http_health_check', `${region}/targetPools/t1`],
    [`${region}/subnetworks/default`, 'subnetwork', `${zone}/instances/vm`],
  ])('the deletion of %s while it is in use', async (path, noun, user) => {
    const { cloud, call } = await loadBalancer();
    const before = cloud.snapshot();
    const refused = await call('DELETE', path);
    expect(outcomeOf(refused)).toBe('400 resourceInUseByAnotherResource');
    expect(messageOf(refused)).toMatch(new RegExp(`^The ${noun} resource '.+${path}' is already being used by '`));
    if (noun !== 'subnetwork') expect(messageOf(refused)).toContain(`'projects/p/${user}'`);
    expect(cloud.snapshot()).toEqual(before);
  });

  it('the deletion of what a change under way is about to use', async () => {
    const { clock, call } = await loadBalancer({ operationLatencyMs: 1000 });
    await call('POST', `${region}/healthChecks`, { ...check, name: 'h2' });
    await clock.advance(1000);
    const patched = await call('PATCH', `${region}/backendServices/b1`, {
      healthChecks: [`${region}/healthChecks/h2`],
    });
    expect(outcomeOf(patched)).toBe('200');
    expect(outcomeOf(await call('DELETE', `${region}/healthChecks/h2`))).toBe('400 resourceInUseByAnotherResource');
    expect(outcomeOf(await call('DELETE', `${region}/healthChecks/h1`))).toBe('400 resourceInUseByAnotherResource');
    await clock.advance(1000);
    expect(outcomeOf(await call('DELETE', `${region}/healthChecks/h1`))).toBe('200');
  });

  it.each([
    [`${region}/forwardingRules/r1`, { IPProtocol: 'UDP' }],
    [`${region}/forwardingRules/r1`, { ports: ['81'] }],
    [`${region}/forwardingRules/r1`, { IPAddress: '203.0.113.77' }],
    [`${region}/forwardingRules/r1`, { loadBalancingScheme: 'INTERNAL' }],
    [`${region}/forwardingRules/r1`, { name: 'other' }],
    [`${region}/backendServices/b1`, { loadBalancingScheme: 'INTERNAL' }],
    ['global/firewalls/f1', { direction: 'EGRESS' }],
    ['global/firewalls/f1', { network: 'global/networks/other' }],
  ])('a patch of %s with the fixed field of %j', async (path, body) => {
    const { cloud, call } = await loadBalancer();
    const before = cloud.snapshot();
    expect(outcomeOf(await call('PATCH', path, body))).toBe('400 invalid');
    expect(cloud.snapshot()).toEqual(before);
  });

  it('anything else while an operation has it: creating, changing, deleting', async () => {
    const { clock, call } = testCloud({ operationLatencyMs: 1000 });
    const touch = async () => [
      outcomeOf(await call('PATCH', 'global/firewalls/f', { priority: 7 })),
      outcomeOf(await call('DELETE', 'global/firewalls/f')),
    ];
    const busy = '400 resourceNotReady';
    await call('POST', 'global/firewalls', { name: 'f', allowed: [{ IPProtocol: 'tcp' }] });
    expect(await touch()).toEqual([busy, busy]);
    await clock.advance(1000);
    await call('PATCH', 'global/firewalls/f', { priority: 6 });
    expect((await call('GET', 'global/firewalls/f')).body['priority']).toBe(1000);
    expect(await touch()).toEqual([busy, busy]);
    await clock.advance(1000);
    expect((await call('GET', 'global/firewalls/f')).body['priority']).toBe(6);
    await call('DELETE', 'global/firewalls/f');
    expect(await touch()).toEqual([busy, busy]);
    await clock.advance(1000);
    expect(await touch()).toEqual(['404 notFound', '404 notFound']);
  });
});
