import { describe, expect, it } from 'vitest';
import { type Call, outcomeOf } from './cloud-client.ts';
import { loadBalancer, region, rule, zone } from './load-balancer.ts';

/** Body, and what an insert of it comes to. */
type Row = readonly [object, string];
const bad = '400 invalid';
const required = '400 required';
const name = 'new';

/** What the rows refer to: services of every protocol, a legacy pool, a custom network. */
async function surroundings(): Promise<Call> {
  const { call } = await loadBalancer({ zones: ['us-central1-a', 'us-central1-b', 'europe-west1-b'] });
  const service = (more: object) => ({
    loadBalancingScheme: 'EXTERNAL',
    healthChecks: [`${region}/healthChecks/h1`],
    ...more,
  });
  const made: readonly (readonly [string, object])[] = [
    [`${region}/backendServices`, service({ name: 'any', protocol: 'UNSPECIFIED' })],
    [`${region}/backendServices`, service({ name: 'in', protocol: 'TCP', loadBalancingScheme: 'INTERNAL' })],
    ['global/networks', { name: 'custom', autoCreateSubnetworks: false }],
    [`${region}/addresses`, { name: 'standard', networkTier: 'STANDARD' }],
    [`${region}/addresses`, { name: 'vip', addressType: 'INTERNAL', purpose: 'SHARED_LOADBALANCER_VIP' }],
    [`${region}/addresses`, { name: 'plain', addressType: 'INTERNAL' }],
    [`${zone}/networkEndpointGroups`, { name: 'ip', networkEndpointType: 'GCE_VM_IP' }],
    [`${zone}/networkEndpointGroups`, { name: 'port', networkEndpointType: 'GCE_VM_IP_PORT' }],
  ];
  for (const [path, body] of made) expect([body, outcomeOf(await call('POST', path, body))]).toEqual([body, '200']);
  return call;
}

const any = (more: object) => rule({ name, backendService: `${region}/backendServices/any`, ...more });
const inside = (more: object) =>
  rule({ name, loadBalancingScheme: 'INTERNAL', backendService: `${region}/backendServices/in`, ...more });
const pool = (more: object) => ({ name, target: `${region}/targetPools/t1`, ...more });
const none = { ports: undefined };

const tables: Readonly<Record<string, readonly Row[]>> = {
  [`${region}/forwardingRules`]: [
    [rule({ name }), '200'],
    [rule({ name, ports: ['1', '2', '3', '4', '5'] }), '200'],
    [rule({ name, ports: ['1', '2', '3', '4', '5', '6'] }), bad],
    [rule({ name, ports: ['0'] }), bad],
    [rule({ name, ports: ['65536'] }), bad],
    [rule({ name, ports: ['80', '80'] }), bad],
    [rule({ name, ...none }), '400 badRequest'],
    [rule({ name, ...none, portRange: '1000-2000' }), '200'],
    [rule({ name, ...none, portRange: '2000-1000' }), bad],
    [rule({ name, portRange: '80' }), '400 badRequest'],
    [rule({ name, allPorts: true }), '400 badRequest'],
    [rule({ name, ...none, allPorts: true }), '200'],
    [rule({ name, IPProtocol: 'UDP' }), bad],
    [rule({ name, IPProtocol: 'ESP' }), bad],
    [any({ IPProtocol: 'L3_DEFAULT', ...none, allPorts: true }), '200'],
    [any({ IPProtocol: 'L3_DEFAULT' }), bad],
    [any({ IPProtocol: 'L3_DEFAULT', ...none, portRange: '1-65535' }), bad],
    [any({ IPProtocol: 'UDP' }), '200'],
    [inside({}), '200'],
    [inside({ ...none, portRange: '80-81' }), bad],
    [inside({ ...none, allPorts: true }), '200'],
    [inside({ networkTier: 'STANDARD' }), bad],
    [inside({ allowGlobalAccess: true, serviceLabel: 'web' }), '200'],
    [inside({ serviceLabel: 'Not A Label' }), bad],
    [inside({ IPAddress: 'vip' }), '200'],
    [rule({ name, allowGlobalAccess: true }), bad],
    [rule({ name, serviceLabel: 'web' }), bad],
    [rule({ name, isMirroringCollector: true }), bad],
    [pool({ portRange: '80-90' }), '200'],
    [pool({ ports: ['80'] }), bad],
    [pool({ allPorts: true }), bad],
    [pool({ backendService: `${region}/backendServices/b1`, ports: ['80'] }), '400 badRequest'],
    [{ name, ports: ['80'] }, required],
    [rule({ name, IPAddress: 'a1' }), '200'],
    [rule({ name, IPAddress: `${region}/addresses/a1` }), '200'],
    [rule({ name, IPAddress: 'nobody' }), '404 notFound'],
    [rule({ name, IPAddress: '203.0.113.250' }), bad],
    [rule({ name, IPAddress: 'standard' }), bad],
    [rule({ name, IPAddress: 'standard', networkTier: 'STANDARD' }), '200'],
    [rule({ name, networkTier: 'STANDARD', ipVersion: 'IPV6', subnetwork: `${region}/subnetworks/default` }), bad],
    [rule({ name, ipVersion: 'IPV6', subnetwork: `${region}/subnetworks/default` }), '200'],
    [rule({ name, ipVersion: 'IPV6' }), required],
    [rule({ name, sourceIpRanges: ['10.0.0.0/8'] }), bad],
    [rule({ name, labels: { Team: 'x' } }), bad],
    [rule({ name, labels: { team: 'X' } }), bad],
    [rule({ name, labels: { 'team-1_ä': '' } }), '200'],
  ],
  'global/forwardingRules': [
    [{ name, backendService: 'global/backendServices/b', ports: ['80'] }, '404 notFound'],
    [{ name, target: `${region}/targetPools/t1`, portRange: '80', networkTier: 'STANDARD' }, bad],
  ],
  [`${region}/addresses`]: [
    [{ name }, '200'],
    [{ name, addressType: 'INTERNAL', networkTier: 'PREMIUM' }, bad],
    [{ name, purpose: 'GCE_ENDPOINT' }, bad],
    [{ name, addressType: 'INTERNAL', purpose: 'VPC_PEERING' }, bad],
    [{ name, addressType: 'INTERNAL', address: '192.168.1.1' }, bad],
    [{ name, addressType: 'INTERNAL', address: '10.128.0.99' }, '200'],
    [{ name, address: 'ten' }, bad],
    [{ name, subnetwork: `${region}/subnetworks/default` }, bad],
    [{ name, ipVersion: 'IPV6' }, required],
    [{ name, ipVersion: 'IPV6', ipv6EndpointType: 'NETLB', subnetwork: `${region}/subnetworks/default` }, '200'],
    [{ name: 'Upper' }, bad],
    [{ name: 'a'.repeat(64) }, bad],
    [{ name, description: 'x'.repeat(2049) }, bad],
  ],
  'global/addresses': [
    [{ name }, '200'],
    [{ name, ipVersion: 'IPV6' }, '200'],
    [{ name, networkTier: 'STANDARD' }, bad],
    [{ name, addressType: 'INTERNAL', purpose: 'GCE_ENDPOINT', network: 'global/networks/default' }, bad],
    [{ name, addressType: 'INTERNAL', network: 'global/networks/default' }, required],
    [{ name, addressType: 'INTERNAL', purpose: 'VPC_PEERING', network: 'global/networks/default' }, required],
    [
      { name, addressType: 'INTERNAL', purpose: 'VPC_PEERING', network: 'global/networks/default', prefixLength: 16 },
      '200',
    ],
    [{ name, addressType: 'INTERNAL', purpose: 'VPC_PEERING', prefixLength: 16 }, required],
  ],
  'global/firewalls': [
    [{ name, allowed: [{ IPProtocol: 'tcp' }] }, '200'],
    [{ name }, required],
    [{ name, allowed: [{ IPProtocol: 'tcp' }], denied: [{ IPProtocol: 'udp' }] }, '400 badRequest'],
    [{ name, denied: [{ IPProtocol: 'all' }], direction: 'EGRESS', destinationRanges: ['10.0.0.0/8'] }, '200'],
    [{ name, denied: [{ IPProtocol: 'all' }], direction: 'EGRESS', sourceTags: ['a'] }, bad],
    [{ name, allowed: [{ IPProtocol: 'tcp' }], priority: -1 }, bad],
    [{ name, allowed: [{ IPProtocol: 'tcp' }], priority: 65_536 }, bad],
    [{ name, allowed: [{ IPProtocol: 'tcp' }], sourceRanges: ['0.0.0.0/0', '::/0'] }, '400 badRequest'],
    [
      { name, allowed: [{ IPProtocol: 'tcp' }], sourceRanges: ['::/0'], destinationRanges: ['10.0.0.1'] },
      '400 badRequest',
    ],
    [{ name, allowed: [{ IPProtocol: 'tcp' }], sourceRanges: ['10.0.0.0/33'] }, bad],
    [
      {
        name,
        allowed: [{ IPProtocol: 'tcp' }],
        sourceRanges: Array.from({ length: 5001 }, (_, at) => `10.0.${at >> 8}.${at & 255}`),
      },
      bad,
    ],
    [{ name, allowed: [{ IPProtocol: 'icmp', ports: ['80'] }] }, bad],
    [{ name, allowed: [{ IPProtocol: '58' }] }, '200'],
    [{ name, allowed: [{ IPProtocol: 'carrier-pigeon' }] }, bad],
    [{ name, allowed: [{ IPProtocol: 'tcp', ports: ['90-80'] }] }, bad],
    [{ name, allowed: [{ IPProtocol: 'tcp' }], sourceTags: ['a'], sourceServiceAccounts: ['x@y'] }, '400 badRequest'],
    [{ name, allowed: [{ IPProtocol: 'tcp' }], disabled: true, logConfig: { enable: true } }, '200'],
  ],
  [`${region}/healthChecks`]: [
    [{ name, type: 'TCP' }, '200'],
    [{ name }, required],
    [{ name, type: 'TCP', httpHealthCheck: { port: 80 } }, bad],
    [{ name, type: 'HTTP', checkIntervalSec: 5, timeoutSec: 6 }, bad],
    [{ name, type: 'HTTP', checkIntervalSec: 301 }, bad],
    [{ name, type: 'HTTP', unhealthyThreshold: 11 }, bad],
    [{ name, type: 'HTTP', healthyThreshold: 0 }, bad],
    [{ name, type: 'HTTP', httpHealthCheck: { requestPath: 'healthz' } }, bad],
    [{ name, type: 'HTTP', httpHealthCheck: { port: 80, portSpecification: 'USE_SERVING_PORT' } }, bad],
    [{ name, type: 'HTTP', httpHealthCheck: { portSpecification: 'USE_NAMED_PORT' } }, required],
    [{ name, type: 'GRPC' }, required],
    [{ name, type: 'GRPC', grpcHealthCheck: { port: 50_051 } }, '200'],
  ],
  [`${region}/backendServices`]: (
    [
      [{}, '200'],
      [{ healthChecks: [] }, required],
      [{ protocol: 'HTTP' }, bad],
      [{ sessionAffinity: 'GENERATED_COOKIE' }, bad],
      [{ portName: 'http' }, bad],
      [{ connectionDraining: { drainingTimeoutSec: 3601 } }, bad],
      [{ failoverPolicy: { failoverRatio: 1.5 } }, bad],
      [{ failoverPolicy: { failoverRatio: 0.5 } }, '200'],
      [{ backends: [{ group: `${zone}/networkEndpointGroups/ip` }] }, '200'],
      [{ backends: [{ group: `${zone}/networkEndpointGroups/port` }] }, bad],
      [{ backends: [{ group: `${zone}/networkEndpointGroups/ip` }, { group: `${zone}/instanceGroups/g1` }] }, bad],
      [{ backends: [{ group: `${zone}/instanceGroups/g1`, balancingMode: 'RATE', maxRate: 5 }] }, bad],
      [{ connectionTrackingPolicy: { idleTimeoutSec: 700 } }, bad],
      [
        {
          connectionTrackingPolicy: { idleTimeoutSec: 700, trackingMode: 'PER_SESSION' },
          sessionAffinity: 'CLIENT_IP',
        },
        '200',
      ],
      [
        { connectionTrackingPolicy: { idleTimeoutSec: 60, trackingMode: 'PER_SESSION' }, sessionAffinity: 'CLIENT_IP' },
        bad,
      ],
    ] satisfies readonly Row[]
  ).map(([more, outcome]) => {
    const base = {
      name,
      loadBalancingScheme: 'INTERNAL',
      protocol: 'TCP',
      healthChecks: [`${region}/healthChecks/h1`],
    };
    return [{ ...base, ...more }, outcome];
  }),
  [`${region}/subnetworks`]: (
    [
      [{}, '200'],
      [{ network: undefined }, required],
      [{ ipCidrRange: undefined }, required],
      [{ ipCidrRange: '10.9.0.0/30' }, bad],
      [{ network: 'global/networks/default', ipCidrRange: '10.128.0.0/24' }, bad],
      [{ stackType: 'IPV4_IPV6' }, required],
      [{ stackType: 'IPV4_IPV6', ipv6AccessType: 'INTERNAL' }, '200'],
      [{ ipv6AccessType: 'EXTERNAL' }, bad],
    ] satisfies readonly Row[]
  ).map(([more, outcome]) => [
    { name, network: 'global/networks/custom', ipCidrRange: '10.9.0.0/24', ...more },
    outcome,
  ]),
};

describe.each(Object.entries(tables))('insert into %s', (path, rows) => {
  it.each(rows)('%j: %s', async (body, outcome) => {
    const call = await surroundings();
    expect(outcomeOf(await call('POST', path, body))).toBe(outcome);
  });
});

describe('one address for several rules', () => {
  it.each<readonly [string, object, object, string]>([
    ['other ports', rule({ IPAddress: 'a1', name: 'x' }), rule({ IPAddress: 'a1', name, ports: ['81'] }), '200'],
    ['the same port', rule({ IPAddress: 'a1', name: 'x' }), rule({ IPAddress: 'a1', name }), bad],
    ['another protocol', rule({ IPAddress: 'a1', name: 'x' }), any({ IPAddress: 'a1', IPProtocol: 'UDP' }), '200'],
    [
      'some sources',
      rule({ IPAddress: 'a1', name: 'x' }),
      rule({ IPAddress: 'a1', name, sourceIpRanges: ['10.0.0.0/8'] }),
      '200',
    ],
    [
      'internal, not meant to be shared',
      inside({ IPAddress: 'plain', name: 'x' }),
      inside({ IPAddress: 'plain', ports: ['81'] }),
      bad,
    ],
    ['internal, shared', inside({ IPAddress: 'vip', name: 'x' }), inside({ IPAddress: 'vip', ports: ['81'] }), '200'],
    ['internal, shared, the same port', inside({ IPAddress: 'vip', name: 'x' }), inside({ IPAddress: 'vip' }), bad],
  ])('%s', async (_what, first, second, outcome) => {
    const call = await surroundings();
    expect(outcomeOf(await call('POST', `${region}/forwardingRules`, first))).toBe('200');
    expect(outcomeOf(await call('POST', `${region}/forwardingRules`, second))).toBe(outcome);
  });

  it('a rule for some sources names the one for all others', async () => {
    const call = await surroundings();
    await call('POST', `${region}/forwardingRules`, rule({ IPAddress: 'a1', name: 'x' }));
    const steered = rule({ IPAddress: 'a1', name, sourceIpRanges: ['10.0.0.0/8'] });
    await call('POST', `${region}/forwardingRules`, steered);
    expect((await call('GET', `${region}/forwardingRules/${name}`)).body).toMatchObject({
      baseForwardingRule: expect.stringMatching(/forwardingRules\/x$/),
    });
  });
});
