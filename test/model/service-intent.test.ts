import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PorticoError } from '../../src/errors.ts';
import { readService } from '../../src/model/service.ts';
import { serviceIntent, type Surroundings } from '../../src/model/service-intent.ts';

const around: Surroundings = { cluster: 'prod', zones: [], nodes: [] };
const http = { name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 };
const dns = { name: 'dns', protocol: 'UDP', port: 53, nodePort: 30053 };

interface Given {
  readonly spec?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

const service = ({ spec = {}, annotations = {} }: Given) =>
  readService({
    metadata: { namespace: 'shop', name: 'web', uid: 'u-1', annotations },
    spec: { type: 'LoadBalancer', ports: [http], ...spec },
  });

const read = (given: Given = {}) => serviceIntent(service(given), around);

function refusal(given: Given): PorticoError {
  try {
    read(given);
  } catch (error) {
    if (error instanceof PorticoError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

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
});

it('a message names every problem, and ends as its last one does', () => {
  const [range, ip] = ['10.0.0.0', 'x'];
  expect(refusal({ spec: { loadBalancerSourceRanges: [range], loadBalancerIP: ip } }).message).toBe(
    'Service shop/web: spec.loadBalancerSourceRanges has "10.0.0.0", which is no CIDR such as 10.0.0.0/8; ' +
      'spec.loadBalancerIP is "x", which is no IP address.',
  );
  expect(refusal({ annotations: { 'portico.dev/schema': 'internal' } }).message).toMatch(/portico\.dev\/scheme\?$/);
});

describe('the health check', () => {
  const node = (port: number) => ({ protocol: 'tcp', port, path: null });
  const proxy = { protocol: 'http', port: 10_256, path: '/healthz' };
  const local = { externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000 };

  it.each([
    ['the first TCP nodePort', { ports: [dns, http, { ...http, port: 443, nodePort: 30443 }] }, {}, node(30_080)],
    [
      'a TCP nodePort whose protocol is left to the default',
      { ports: [{ port: 80, nodePort: 30081 }] },
      {},
      node(30_081),
    ],
    ['kube-proxy for UDP alone', { ports: [dns] }, {}, proxy],
    ['kube-proxy without nodePorts', { ports: [{ port: 80 }], allocateLoadBalancerNodePorts: false }, {}, proxy],
    ['kube-proxy with nodePort 0', { ports: [{ port: 80, nodePort: 0 }] }, {}, proxy],
    ['kube-proxy on request', {}, { 'portico.dev/health-check': 'proxy' }, proxy],
    ['the healthCheckNodePort with Local', local, {}, { protocol: 'http', port: 32_000, path: '/healthz' }],
    [
      'the healthCheckNodePort with Local, whatever is requested',
      local,
      { 'portico.dev/health-check': 'node-port' },
      { protocol: 'http', port: 32_000, path: '/healthz' },
    ],
    ['kube-proxy with Local and no healthCheckNodePort', { externalTrafficPolicy: 'Local' }, {}, proxy],
    [
      'the nodePort with Cluster, though a healthCheckNodePort is left',
      { healthCheckNodePort: 32_000 },
      {},
      node(30_080),
    ],
  ])('asks %s', (_title, spec, annotations, expected) => {
    expect(read({ spec, annotations }).intent.health).toMatchObject(expected);
  });

  it.each([
    ['Cluster', {}, [8, 1, 1, 3]],
    ['Local', {}, [3, 1, 1, 2]],
    [
      'Cluster',
      { interval: '20', timeout: '20', 'healthy-threshold': '4', 'unhealthy-threshold': '5' },
      [20, 20, 4, 5],
    ],
    ['Local', { interval: '9', 'unhealthy-threshold': '7' }, [9, 1, 1, 7]],
  ])('with %s and %j has its pace', (externalTrafficPolicy, asked, pace) => {
    const annotations = Object.fromEntries(
      Object.entries(asked).map(([name, text]) => [`portico.dev/health-check-${name}`, text]),
    );
    const { health } = read({ spec: { externalTrafficPolicy, healthCheckNodePort: 32_000 }, annotations }).intent;
    expect([health.intervalSeconds, health.timeoutSeconds, health.healthyThreshold, health.unhealthyThreshold]).toEqual(
      pace,
    );
  });
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

it('a port that cannot be served leaves the others be, and is told with what to do', () => {
  const { intent, unserved } = read({ spec: { ports: [http, { port: 9, protocol: 'SCTP' }] } });
  expect(intent.listeners.map(({ port }) => port)).toEqual([80]);
  expect(unserved).toMatchObject([{ port: 9, protocol: 'SCTP' }]);
  expect(unserved[0]?.why).toMatch(/^port 9 asks for SCTP.*remove the port$/);
});

describe('what cannot be', () => {
  it.each([
    [
      'SCTP',
      { ports: [{ ...http, protocol: 'SCTP' }] },
      {},
      'unsupported',
      ['port 80 asks for SCTP', 'only TCP and UDP'],
    ],
    ['no ports', { ports: [] }, {}, 'invalid', ['no ports']],
    ['a bad range', { loadBalancerSourceRanges: ['10.0.0.0'] }, {}, 'invalid', ['"10.0.0.0"', 'no CIDR such as']],
    [
      'a bad range of the family it does not have',
      { loadBalancerSourceRanges: ['10.0.0.0/8', '2001:db8::/129'] },
      {},
      'invalid',
      ['"2001:db8::/129"'],
    ],
    ['a bad range by annotation', {}, { 'portico.dev/source-ranges': 'all' }, 'invalid', ['"all" is none']],
    ['a host name for an IP', { loadBalancerIP: 'web.example.com' }, {}, 'invalid', ['"web.example.com"', 'no IP']],
    [
      'an IP of a family it does not have',
      { loadBalancerIP: '2001:db8::1' },
      {},
      'invalid',
      ['2001:db8::1', 'spec.ipFamilies'],
    ],
    [
      'a timeout above the default interval',
      {},
      { 'portico.dev/health-check-timeout': '9' },
      'invalid',
      ['timeout of 9 s', 'interval of 8 s', 'portico.dev/health-check-interval'],
    ],
    [
      'two things of which one is wrong and one not to be had',
      { loadBalancerIP: 'x', ports: [{ port: 80, protocol: 'SCTP' }] },
      {},
      'invalid',
      ['"x"', 'SCTP'],
    ],
  ])('%s is refused with the Service and the reason', (_title, spec, annotations, code, says) => {
    const error = refusal({ spec, annotations });
    expect(error.code).toBe(code);
    expect(error.object).toBe('Service shop/web');
    expect(error.message).toMatch(/^Service shop\/web: .*[^.]\.$/);
    for (const text of says) expect(error.message).toContain(text);
  });

  it('a misspelt scheme never opens a balancer to the internet', () => {
    expect(refusal({ annotations: { 'portico.dev/schema': 'internal' } }).message).toContain('portico.dev/scheme?');
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
