import { describe, expect, it } from 'vitest';
import { outcomeOf, testCloud } from './cloud-client.ts';
import { loadBalancer, region, zone } from './load-balancer.ts';

const bad = '400 invalid';
const name = 'new';

describe('networks and subnetworks', () => {
  it('auto mode: a subnetwork in each region, which go with the network', async () => {
    const { call } = testCloud({ zones: ['us-central1-a', 'europe-west1-b'] });
    await call('POST', 'global/networks', { name: 'auto', autoCreateSubnetworks: true });
    const range = async (where: string) => (await call('GET', `regions/${where}/subnetworks/auto`)).body['ipCidrRange'];
    expect([await range('us-central1'), await range('europe-west1')]).toEqual(['10.128.0.0/20', '10.132.0.0/20']);
    const held = { name: 'held', addressType: 'INTERNAL', subnetwork: `${region}/subnetworks/auto` };
    await call('POST', `${region}/addresses`, held);
    expect(outcomeOf(await call('DELETE', 'global/networks/auto'))).toBe('400 resourceInUseByAnotherResource');
    await call('DELETE', `${region}/addresses/held`);
    expect(outcomeOf(await call('DELETE', 'global/networks/auto'))).toBe('200');
    expect((await call('GET', `${region}/subnetworks/auto`)).status).toBe(404);
  });

  it('custom mode again: the subnetworks stay, and hold it', async () => {
    const { call } = testCloud();
    await call('POST', 'global/networks', { name: 'auto' });
    await call('POST', 'global/networks/auto/switchToCustomMode');
    expect(outcomeOf(await call('DELETE', 'global/networks/auto'))).toBe('400 resourceInUseByAnotherResource');
  });

  it('a subnetwork is patched with its fingerprint, and expanded by a wider range only', async () => {
    const { call } = testCloud();
    await call('POST', 'global/networks', { name: 'custom', autoCreateSubnetworks: false });
    const path = `${region}/subnetworks/new`;
    await call('POST', `${region}/subnetworks`, {
      name,
      network: 'global/networks/custom',
      ipCidrRange: '10.9.0.0/24',
    });
    const families = { stackType: 'IPV4_IPV6', ipv6AccessType: 'INTERNAL' };
    expect(outcomeOf(await call('PATCH', path, families))).toBe('412 conditionNotMet');
    const { fingerprint } = (await call('GET', path)).body;
    expect(outcomeOf(await call('PATCH', path, { ...families, fingerprint }))).toBe('200');
    const grown = (await call('GET', path)).body;
    expect(grown).toMatchObject({ stackType: 'IPV4_IPV6', internalIpv6Prefix: expect.stringMatching(/\/64$/) });
    const changed = { fingerprint: grown['fingerprint'], ipv6AccessType: 'EXTERNAL' };
    expect(outcomeOf(await call('PATCH', path, changed))).toBe(bad);
    const expand = async (ipCidrRange: string) =>
      outcomeOf(await call('POST', `${path}/expandIpCidrRange`, { ipCidrRange }));
    expect([await expand('10.9.0.0/25'), await expand('10.10.0.0/20'), await expand('10.9.0.0/20')]).toEqual([
      bad,
      bad,
      '200',
    ]);
  });
});

describe('a VM with an external address', () => {
  const vm = (more: object) => ({ name, networkInterfaces: [{ accessConfigs: [{ name: 'External NAT', ...more }] }] });

  it('has an ephemeral one, or the reserved one it names, which it holds', async () => {
    const { call } = await loadBalancer();
    expect(outcomeOf(await call('POST', `${zone}/instances`, vm({})))).toBe('200');
    const { address } = (await call('GET', `${region}/addresses/a1`)).body;
    expect(outcomeOf(await call('POST', `${zone}/instances`, { ...vm({ natIP: address }), name: 'b' }))).toBe('200');
    expect((await call('GET', `${zone}/instances/b`)).body).toMatchObject({
      networkInterfaces: [{ accessConfigs: [{ natIP: address, type: 'ONE_TO_ONE_NAT' }] }],
    });
    expect(outcomeOf(await call('DELETE', `${region}/addresses/a1`))).toBe('400 resourceInUseByAnotherResource');
    const taken = { ...vm({ natIP: address }), name: 'c' };
    expect(outcomeOf(await call('POST', `${zone}/instances`, taken))).toBe('400 externalIpInUse');
    await call('DELETE', `${zone}/instances/b`);
    expect(outcomeOf(await call('POST', `${zone}/instances`, taken))).toBe('200');
  });

  it('metadata is set with the fingerprint of what was seen', async () => {
    const { call } = await loadBalancer();
    const seen = (await call('GET', `${zone}/instances/vm`)).body['metadata'] as { fingerprint: string };
    const items = [{ key: 'k', value: 'v' }];
    const set = async (fingerprint: string) =>
      outcomeOf(await call('POST', `${zone}/instances/vm/setMetadata`, { items, fingerprint }));
    expect([await set(seen.fingerprint), await set(seen.fingerprint)]).toEqual(['200', '412 conditionNotMet']);
    expect((await call('GET', `${zone}/instances/vm`)).body).toMatchObject({ metadata: { items } });
  });
});
