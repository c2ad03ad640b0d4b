import { describe, expect, it } from 'vitest';
import { type Call, outcomeOf, testCloud } from './cloud-client.ts';
import { loadBalancer, region, rule, service, zone } from './load-balancer.ts';

const group = `${zone}/networkEndpointGroups/n`;

/** Two VMs of the zone, one of another; a group of addresses, one of addresses and ports. */
async function groups(): Promise<Call> {
  const { cloud, call } = await loadBalancer();
  cloud.addInstance({ name: 'vm2', zone: 'us-central1-a', networkIP: '10.128.0.50' });
  cloud.addInstance({ name: 'far', zone: 'us-central1-b' });
  await call('POST', `${zone}/networkEndpointGroups`, { name: 'n', networkEndpointType: 'GCE_VM_IP' });
  await call('POST', `${zone}/networkEndpointGroups`, { name: 'ported', defaultPort: 80 });
  return call;
}

const attach = (call: Call, path: string, ...networkEndpoints: readonly object[]) =>
  call('POST', `${path}/attachNetworkEndpoints`, { networkEndpoints });
const endpointsOf = async (call: Call, path: string) =>
  (
    (await call('POST', `${path}/listNetworkEndpoints`, {})).body['items'] as readonly { networkEndpoint: object }[]
  ).map(({ networkEndpoint }) => networkEndpoint);

describe('endpoint groups', () => {
  it.each<readonly [string, readonly object[], string]>([
    ['an instance by name', [{ instance: 'vm' }], '200'],
    ['an instance by link', [{ instance: `${zone}/instances/vm` }], '200'],
    ['with its own address', [{ instance: 'vm2', ipAddress: '10.128.0.50' }], '200'],
    ['with the address of another', [{ instance: 'vm', ipAddress: '10.128.0.50' }], '400 invalid'],
    ['with a port', [{ instance: 'vm', port: 80 }], '400 invalid'],
    ['of another zone', [{ instance: 'zones/us-central1-b/instances/far' }], '400 invalid'],
    ['that nobody knows', [{ instance: 'nobody' }], '404 notFound'],
    ['without an instance', [{ ipAddress: '10.128.0.50' }], '400 required'],
    ['none', [], '400 required'],
    ['too many', Array.from({ length: 501 }, () => ({ instance: 'vm' })), '400 invalid'],
  ])('attach %s', async (_what, endpoints, outcome) => {
    const call = await groups();
    expect(outcomeOf(await attach(call, group, ...endpoints))).toBe(outcome);
  });

  it('keep one of each, lose those that are detached and those whose VM goes', async () => {
    const call = await groups();
    await attach(call, group, { instance: 'vm' }, { instance: 'vm2' });
    await attach(call, group, { instance: 'vm2' });
    expect((await call('GET', group)).body).toMatchObject({ size: 2 });
    const detach = { networkEndpoints: [{ instance: 'vm' }] };
    expect(outcomeOf(await call('POST', `${group}/detachNetworkEndpoints`, detach))).toBe('200');
    expect(outcomeOf(await call('POST', `${group}/detachNetworkEndpoints`, detach))).toBe('400 invalid');
    expect(await endpointsOf(call, group)).toMatchObject([{ ipAddress: '10.128.0.50' }]);
    await call('DELETE', `${zone}/instances/vm2`);
    expect(await endpointsOf(call, group)).toEqual([]);
  });

  it('with ports take the default one, and several of a VM', async () => {
    const call = await groups();
    await attach(call, `${zone}/networkEndpointGroups/ported`, { instance: 'vm' }, { instance: 'vm', port: 81 });
    expect(await endpointsOf(call, `${zone}/networkEndpointGroups/ported`)).toMatchObject([{ port: 80 }, { port: 81 }]);
  });

  it('behind a backend service show the health of their VMs, and stay as long as it does', async () => {
    const call = await groups();
    await attach(call, group, { instance: 'vm2' });
    const body = service({ name: 'b2', backends: [{ group }] });
    expect(outcomeOf(await call('POST', `${region}/backendServices`, body))).toBe('200');
    expect((await call('POST', `${region}/backendServices/b2/getHealth`, { group })).body).toMatchObject({
      healthStatus: [{ healthState: 'HEALTHY', ipAddress: '10.128.0.50' }],
    });
    expect(outcomeOf(await call('DELETE', group))).toBe('400 resourceInUseByAnotherResource');
    await call('DELETE', `${region}/backendServices/b2`);
    expect(outcomeOf(await call('DELETE', group))).toBe('200');
  });
});

describe('IPv6', () => {
  const subnetwork = `${region}/subnetworks/default`;
  const v6 = { name: 'v6', ipVersion: 'IPV6', subnetwork };

  it('an external rule has a block of the subnetwork, which is shown, held and given back', async () => {
    const { call } = await loadBalancer();
    expect(outcomeOf(await call('POST', `${region}/forwardingRules`, rule(v6)))).toBe('200');
    const { IPAddress } = (await call('GET', `${region}/forwardingRules/v6`)).body;
    const prefix = String((await call('GET', subnetwork)).body['externalIpv6Prefix']).replace('::/64', ':');
    expect(IPAddress).toMatch(/^2001:db8:.*::\/96$/);
    expect(String(IPAddress).startsWith(prefix)).toBe(true);
    // Its address becomes static, and stays when the rule goes.
    const held = { name: 'held', ipVersion: 'IPV6', ipv6EndpointType: 'NETLB', subnetwork };
    const address = String(IPAddress).split('/')[0];
    expect(outcomeOf(await call('POST', `${region}/addresses`, { ...held, address }))).toBe('200');
    await call('DELETE', `${region}/forwardingRules/v6`);
    expect((await call('GET', `${region}/addresses/held`)).body).toMatchObject({
      address,
      prefixLength: 96,
      status: 'RESERVED',
    });
    expect(outcomeOf(await call('POST', `${region}/forwardingRules`, rule({ ...v6, IPAddress })))).toBe('200');
  });

  it('needs a subnetwork that has it', async () => {
    const { call } = testCloud();
    await call('POST', 'global/networks', { name: 'n', autoCreateSubnetworks: false });
    await call('POST', `${region}/subnetworks`, {
      name: 'four',
      network: 'global/networks/n',
      ipCidrRange: '10.1.0.0/24',
    });
    const held = { name: 'h', ipVersion: 'IPV6', ipv6EndpointType: 'NETLB', subnetwork: `${region}/subnetworks/four` };
    expect(outcomeOf(await call('POST', `${region}/addresses`, held))).toBe('400 invalid');
  });
});

it('a batch answers each part under its own id, refusals among them', async () => {
  const { cloud } = testCloud();
  const part = (id: string, request: string, body = '') =>
    `--b\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\n${request} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${body}\r\n`;
  const root = '/compute/v1/projects/p';
  const batch = [
    part('x+1', `POST ${root}/${region}/addresses?alt=json`, '{"name":"a"}'),
    part('x+2', `GET ${root}/${region}/addresses/a?alt=json`),
    part('x+3', `GET http://127.0.0.1:1${root}/${region}/addresses/none`),
    '--b--',
  ].join('');
  const answer = await cloud.handle({
    method: 'POST',
    path: '/batch/compute/v1',
    headers: { 'content-type': 'multipart/mixed; boundary="b"' },
    body: new TextEncoder().encode(batch),
    signal: new AbortController().signal,
  });
  const text = new TextDecoder().decode(answer.body);
  const [, boundary = ''] = /boundary=(.+)$/.exec(answer.headers['content-type'] ?? '') ?? [];
  const parts = text.split(`--${boundary}`).slice(1, -1);
  expect(parts.map((one) => [/Content-ID: (.*)\r/.exec(one)?.[1], /HTTP\/1\.1 (\d+)/.exec(one)?.[1]])).toEqual([
    ['<response-x+1>', '200'],
    ['<response-x+2>', '200'],
    ['<response-x+3>', '404'],
  ]);
  expect(parts[1]).toContain('"name":"a"');
});
