import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceIntent } from '../../src/model/service-intent.ts';
import { around, dns, http, read, service } from './web-service.ts';

it('a plain Service asks for an open external balancer of its TCP port', () => {
  expect(read()).toEqual({
    intent: {
      owner: { kind: 'service', cluster: 'prod', namespace: 'shop', name: 'web', uid: 'u-1' },
      scheme: 'external',
      families: ['ipv4'],
      listeners: [{ name: 'http', protocol: 'tcp', port: 80, nodePort: 30080 }],
      trafficPolicy: 'cluster',
      health: {
        protocol: 'tcp',
        port: 30080,
        path: null,
        intervalSeconds: 8,
        timeoutSeconds: 1,
        healthyThreshold: 1,
        unhealthyThreshold: 3,
      },
      affinity: { kind: 'none' },
      sourceRanges: { ipv4: ['0.0.0.0/0'], ipv6: [] },
      address: { kind: 'any' },
      zones: [],
      nodes: [],
      options: {},
    },
    allowAddressChange: false,
    policy: 'sync',
    drift: 'repair',
    unserved: [],
  });
});

describe('what is meant where a Service does not say', () => {
  const defaults = { 'health-check': 'proxy', 'address-policy': 'hold' } as const;
  const readWith = (annotations: Readonly<Record<string, string>>) =>
    serviceIntent(service({ annotations }), { ...around, defaults }).intent;

  it('is the default', () => {
    expect(readWith({})).toMatchObject({ health: { port: 10_256 }, options: { 'address-policy': 'hold' } });
  });

  it('gives way to what it says', () => {
    const annotations = { 'portico.dev/health-check': 'node-port', 'portico.dev/address-policy': 'reserve' };
    expect(readWith(annotations)).toMatchObject({ health: { port: 30_080 }, options: { 'address-policy': 'reserve' } });
  });
});

it('a Service of type NodePort asks for no balancer', () => {
  expect(read({ spec: { type: 'NodePort' } }).intent).toMatchObject({ balancer: 'none' });
  expect(read().intent).not.toHaveProperty('balancer');
});

it.each([
  ['Local', 'local'],
  ['Cluster', 'cluster'],
  [undefined, 'cluster'],
])('the traffic policy %j is %s', (externalTrafficPolicy, expected) => {
  expect(read({ spec: { externalTrafficPolicy, healthCheckNodePort: 32_000 } }).intent.trafficPolicy).toBe(expected);
});

it('listeners, nodes and zones stand in one order: by number or by the alphabet', () => {
  const [udp, tcp] = [{ name: 'dns', protocol: 'UDP', port: 53, nodePort: 30_053 }, { port: 53 }];
  const nodes = ['n2', 'n10', 'n1'].map((name) => ({ name, providerId: '', zone: 'a' }));
  const { intent } = serviceIntent(service({ spec: { ports: [{ port: 443, nodePort: 0 }, udp, tcp] } }), {
    ...around,
    zones: ['b', 'a'],
    nodes,
  });
  expect(intent.listeners).toEqual([
    { name: '', protocol: 'tcp', port: 53, nodePort: null },
    { name: 'dns', protocol: 'udp', port: 53, nodePort: 30_053 },
    { name: '', protocol: 'tcp', port: 443, nodePort: null },
  ]);
  expect(intent.nodes.map(({ name }) => name)).toEqual(['n1', 'n10', 'n2']);
  expect(intent.zones).toEqual(['a', 'b']);
});

it('an address that is to be retained is reserved, whatever else is asked of it', () => {
  const policy = 'portico.dev/address-policy';
  const options = (annotations: Readonly<Record<string, string>>) => read({ annotations }).intent.options;
  expect(options({ [policy]: 'hold' })).toMatchObject({ 'address-policy': 'hold' });
  expect(options({ [policy]: 'hold', 'portico.dev/retain': 'address' })).toMatchObject({ 'address-policy': 'reserve' });
});

it('a family that is not known is passed over', () => {
  expect(read({ spec: { ipFamilies: ['IPv9', 'IPv6'] } }).intent.families).toEqual(['ipv6']);
  expect(read({ spec: { ipFamilies: ['IPv4', 'IPv9'] } }).intent.families).toEqual(['ipv4']);
});

describe('the affinity', () => {
  const seconds = (timeoutSeconds: number) => ({ clientIP: { timeoutSeconds } });

  it.each([
    ['None', {}, { kind: 'none' }],
    ['None', { sessionAffinityConfig: seconds(60) }, { kind: 'none' }],
    ['ClientIP', {}, { kind: 'client-ip', timeoutSeconds: 10_800 }],
    ['ClientIP', { sessionAffinityConfig: seconds(60) }, { kind: 'client-ip', timeoutSeconds: 60 }],
  ])('%s with %j', (sessionAffinity, spec, expected) => {
    expect(read({ spec: { sessionAffinity, ...spec } }).intent.affinity).toEqual(expected);
  });
});

describe('families and source ranges', () => {
  const four = ['IPv4'];
  const six = ['IPv6'];
  const both = ['IPv6', 'IPv4'];
  const annotation = 'portico.dev/source-ranges';

  it.each([
    ['none given, IPv4', four, undefined, undefined, ['0.0.0.0/0'], []],
    ['none given, IPv6', six, undefined, undefined, [], ['::/0']],
    ['none given, both', both, undefined, undefined, ['0.0.0.0/0'], ['::/0']],
    ['one family given, both wanted', both, ['2001:db8::/32'], undefined, [], ['2001:db8::/32']],
    ['only the other family given', four, ['2001:db8::/32'], undefined, [], []],
    ['by annotation', four, undefined, '10.0.0.0/8', ['10.0.0.0/8'], []],
    ['by the spec, which wins', four, ['10.0.0.0/8'], '192.168.0.0/16', ['10.0.0.0/8'], []],
    ['an empty list of the spec, which says nothing', four, [], '192.168.0.0/16', ['192.168.0.0/16'], []],
    [
      'host bits, blanks, twice',
      four,
      [' 10.1.2.3/8', '10.0.0.0/8', '9.0.0.0/8 '],
      undefined,
      ['10.0.0.0/8', '9.0.0.0/8'],
      [],
    ],
  ])('%s', (_title, ipFamilies, loadBalancerSourceRanges, text, ipv4, ipv6) => {
    const { intent } = read({
      spec: { ipFamilies, ...(loadBalancerSourceRanges ? { loadBalancerSourceRanges } : {}) },
      annotations: text === undefined ? {} : { [annotation]: text },
    });
    expect(intent.sourceRanges).toEqual({ ipv4, ipv6 });
    expect(intent.families).toEqual(ipFamilies.map((family) => family.toLowerCase()).toSorted());
  });

  it.each([
    ['left out', {}],
    ['empty', { ipFamilies: [] }],
  ])('families %s are IPv4', (_title, spec) => {
    expect(read({ spec }).intent.families).toEqual(['ipv4']);
  });
});

describe('the address', () => {
  it.each([
    ['any', {}, {}, { kind: 'any' }],
    ['any for an empty text', { loadBalancerIP: '' }, {}, { kind: 'any' }],
    ['an IP', { loadBalancerIP: '192.0.2.1' }, {}, { kind: 'ip', ip: '192.0.2.1' }],
    [
      'an IPv6 address',
      { loadBalancerIP: '2001:db8::1', ipFamilies: ['IPv4', 'IPv6'] },
      {},
      { kind: 'ip', ip: '2001:db8::1' },
    ],
    [
      'a name, which wins over the IP',
      { loadBalancerIP: '192.0.2.1' },
      { 'portico.dev/static-address': 'web-ip' },
      { kind: 'name', name: 'web-ip' },
    ],
  ])('%s', (_title, spec, annotations, address) => {
    expect(read({ spec, annotations }).intent.address).toEqual(address);
  });
});

it('consent to another address is not part of what clouds are asked for', () => {
  const { intent, allowAddressChange } = read({ annotations: { 'portico.dev/allow-address-change': 'true' } });
  expect(allowAddressChange).toBe(true);
  expect(intent).toEqual(read().intent);
});

it('equal wishes are equal values, in whatever order they are written', () => {
  const ports = [http, dns, { name: 'dns-tcp', protocol: 'TCP', port: 53, nodePort: 30054 }];
  const ranges = ['10.0.0.0/8', '192.168.0.0/16', '2001:db8::/32'];
  const nodes = ['n1', 'n2', 'n3'].map((name) => ({ name, providerId: `mock://machines/${name}`, zone: 'a' }));
  const written = fc.record({
    ports: fc.shuffledSubarray(ports, { minLength: 3 }),
    ranges: fc.shuffledSubarray(ranges, { minLength: 3 }),
    families: fc.shuffledSubarray(['IPv4', 'IPv6'], { minLength: 2 }),
    zones: fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 }),
    nodes: fc.shuffledSubarray(nodes, { minLength: 3 }),
  });
  const intentOf = ({
    ports: listed,
    ranges: from,
    families,
    ...seen
  }: typeof written extends fc.Arbitrary<infer T> ? T : never) => {
    const spec = { ports: listed, loadBalancerSourceRanges: from, ipFamilies: families };
    // Which TCP port is probed follows from the order in the Service, on purpose.
    return serviceIntent(service({ spec, annotations: { 'portico.dev/health-check': 'proxy' } }), {
      ...around,
      ...seen,
    }).intent;
  };
  fc.assert(
    fc.property(written, written, (a, b) => {
      expect(intentOf(a)).toEqual(intentOf(b));
    }),
  );
});
