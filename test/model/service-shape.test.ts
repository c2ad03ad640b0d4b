import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../src/model/service-shape.ts';

const service = (spec: unknown, metadata: object = { name: 'web' }): unknown => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec,
});
const said = (manifest: unknown): string[] => shapeOf(manifest).map(({ path, message }) => `${path} ${message}`);
const ports = [{ port: 80 }];

describe('the shape of a manifest', () => {
  it.each([
    ['the least', { type: 'LoadBalancer', ports }],
    [
      'much',
      {
        type: 'LoadBalancer',
        ports: [
          { name: 'a', port: 80, protocol: 'TCP', targetPort: 'http', nodePort: 30_080, appProtocol: 'h2c' },
          { name: 'b', port: 80, protocol: 'UDP', targetPort: 53 },
        ],
        selector: { app: 'x' },
        loadBalancerSourceRanges: ['10.0.0.0/8', ' 2001:db8::/32 '],
        externalTrafficPolicy: 'Local',
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 3 } },
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
        allocateLoadBalancerNodePorts: false,
        loadBalancerClass: 'x.io/y',
        clusterIP: null,
      },
    ],
  ])('%s is right', (_title, spec) => {
    expect(said(service(spec))).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a misspelt field',
      { ports, loadBalancerSourceRange: [] },
      /spec\.loadBalancerSourceRange is no field of a Service; did you mean loadBalancerSourceRanges\?/,
    ],
    [
      'a misspelt field of a port',
      { ports: [{ port: 1, nodeport: 3 }] },
      /spec\.ports\[0\]\.nodeport .*did you mean nodePort\?/,
    ],
    ['a field from nowhere', { ports, zzzzzzzz: 1 }, /spec\.zzzzzzzz .*remove it/],
    ['a name of every object', { ports, constructor: 1 }, /spec\.constructor is no field/],
    ['a misspelt type', { type: 'LoadBalancr', ports }, /spec\.type .*did you mean LoadBalancer\?/],
    ['a type in the wrong case', { type: 'loadbalancer', ports }, /did you mean LoadBalancer\?/],
    ['a port as text', { ports: [{ port: '80' }] }, /spec\.ports\[0\]\.port must be a whole number from 1 to 65535/],
    ['a port out of range', { ports: [{ port: 65_536 }] }, /whole number/],
    ['no port', { ports: [{ targetPort: 80 }] }, /spec\.ports\[0\]\.port is missing/],
    ['a port that is a number', { ports: [80] }, /spec\.ports\[0\] must be an object/],
    ['ports that are none', { ports: { port: 80 } }, /spec\.ports must be a list/],
    ['a protocol in lower case', { ports: [{ port: 80, protocol: 'tcp' }] }, /did you mean TCP\?/],
    ['a range that is none', { ports, loadBalancerSourceRanges: ['10.0.0.0'] }, /"10\.0\.0\.0", which is no CIDR/],
    [
      'a port twice',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      /spec\.ports\[1\]\.port is 80\/TCP, as that of ports\[0\]/,
    ],
    [
      'several ports without names',
      { ports: [{ port: 80 }, { name: 'b', port: 81 }] },
      /spec\.ports\[0\]\.name is missing/,
    ],
    ['a selector of numbers', { ports, selector: { version: 2 } }, /spec\.selector .*quotes/],
    ['a family that is none', { ports, ipFamilies: ['ipv4'] }, /must be a list of IPv4, IPv6/],
    ['no spec', undefined, /spec must be an object/],
  ])('%s is told, and where', (_title, spec, message) => {
    expect(said(service(spec)).join('\n')).toMatch(message);
  });

  it('annotations must be texts', () => {
    expect(said(service({ ports }, { name: 'x', annotations: { 'portico.dev/global-access': true } }))).toEqual([
      'metadata.annotations must map names to texts; put numbers and true or false in quotes',
    ]);
  });
});

const everyPort = 'must be a whole number from 1 to 65535';
const nodePort = 'must be a whole number from 0 to 65535';
const text = 'must be text; put it in quotes';
const flag = 'must be true or false';

describe('a field of the spec', () => {
  it.each<[string, readonly unknown[]]>([
    ['type', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName', null]],
    ['externalTrafficPolicy', ['Cluster', 'Local']],
    ['internalTrafficPolicy', ['Cluster', 'Local']],
    ['ipFamilyPolicy', ['SingleStack', 'PreferDualStack', 'RequireDualStack']],
    ['sessionAffinity', ['None', 'ClientIP']],
    ['ipFamilies', [[], ['IPv4'], ['IPv6', 'IPv4']]],
    ['healthCheckNodePort', [0, 1, 65_535]],
    ['clusterIPs', [[], ['None']]],
    ['publishNotReadyAddresses', [true, false]],
    ['loadBalancerIP', ['', '192.0.2.1']],
    ['loadBalancerSourceRanges', [[], [' 10.0.0.0/8 ']]],
    ['sessionAffinityConfig', [{}, 3]],
    ['selector', [{}, { app: 'x' }]],
  ])('%s takes %j', (field, values) => {
    for (const value of values) expect(said(service({ [field]: value }))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['type', 7, 'must be one of ClusterIP, NodePort, LoadBalancer, ExternalName'],
    ['type', 'zzzzzzzz', 'must be one of ClusterIP, NodePort, LoadBalancer, ExternalName'],
    ['type', ['LoadBalancer'], 'must be one of ClusterIP, NodePort, LoadBalancer, ExternalName'],
    ['sessionAffinity', 'Nome', 'must be one of None, ClientIP; did you mean None?'],
    ['healthCheckNodePort', -1, nodePort],
    ['healthCheckNodePort', 65_536, nodePort],
    ['healthCheckNodePort', 1.5, nodePort],
    ['loadBalancerIP', 10, text],
    ['publishNotReadyAddresses', 'true', flag],
    ['clusterIPs', 'None', 'must be a list of texts'],
    ['clusterIPs', ['None', 7], 'must be a list of texts'],
    ['loadBalancerSourceRanges', '10.0.0.0/8', 'must be a list of CIDRs'],
    ['loadBalancerSourceRanges', ['10.0.0.0/8', 7], 'has 7, which is no CIDR such as 10.0.0.0/8'],
    ['ipFamilies', ['IPv4', 'x'], 'must be a list of IPv4, IPv6'],
    ['selector', { app: 'x', version: 2 }, 'must map names to texts; put numbers and true or false in quotes'],
    ['selector', ['x'], 'must map names to texts; put numbers and true or false in quotes'],
  ])('%s refuses %j', (field, value, message) => {
    expect(shapeOf(service({ [field]: value }))).toEqual([{ severity: 'error', path: `spec.${field}`, message }]);
  });
});

describe('a field of a port', () => {
  it.each<[object]>([
    [{ port: 1 }],
    [{ port: 65_535 }],
    [{ nodePort: 0 }],
    [{ targetPort: 1 }],
    [{ targetPort: 'http' }],
    [{ protocol: 'UDP' }],
    [{ protocol: 'SCTP' }],
  ])('%j is right', (fields) => {
    expect(said(service({ ports: [{ port: 80, ...fields }] }))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['port', 0, everyPort],
    ['targetPort', '', everyPort],
    ['targetPort', 0, everyPort],
    ['targetPort', true, everyPort],
    ['nodePort', -1, nodePort],
    ['name', 7, text],
    ['protocol', 'ICMPx', 'must be one of TCP, UDP, SCTP'],
  ])('%s refuses %j', (field, value, message) => {
    expect(said(service({ ports: [{ port: 80, [field]: value }] }))).toEqual([`spec.ports[0].${field} ${message}`]);
  });
});

describe('ports that two entries claim', () => {
  const [a, b] = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ];

  it.each<[string, readonly unknown[]]>([
    ['a port of another protocol', [a, { ...b, port: 80, protocol: 'UDP' }]],
    [
      'the nodePort 0, which names none',
      [
        { ...a, nodePort: 0 },
        { ...b, nodePort: 0 },
      ],
    ],
    ['a nodePort that is the port of another', [a, { ...b, nodePort: 80 }]],
    ['no nodePorts', [a, b]],
  ])('%s is no clash', (_title, claimed) => {
    expect(said(service({ ports: claimed }))).toEqual([]);
  });

  it('a nodePort is one, and each names the first that has it', () => {
    const claimed = [a, b, { name: 'c', port: 82 }].map((port) => ({ ...port, nodePort: 30_080 }));
    expect(said(service({ ports: claimed }))).toEqual([
      'spec.ports[1].nodePort is 30080/TCP, as that of ports[0]',
      'spec.ports[2].nodePort is 30080/TCP, as that of ports[0]',
    ]);
  });

  it('what is no number is told of as that alone', () => {
    const texts = [a, b].map((port) => ({ ...port, port: '80' }));
    expect(said(service({ ports: texts }))).toEqual([0, 1].map((index) => `spec.ports[${index}].port ${everyPort}`));
    expect(said(service({ ports: [a, 7, null] }))).toEqual(
      [1, 2].map((index) => `spec.ports[${index}] must be an object such as {port: 80}`),
    );
  });
});

it.each([null, 7, 'x', ['x']])('the manifest %j is refused', (manifest) => {
  expect(shapeOf(manifest)).toEqual([{ severity: 'error', path: '', message: 'must be an object' }]);
});

it.each(['annotations', 'labels'])('metadata.%s must be texts, and metadata need not be', (field) => {
  const message = 'must map names to texts; put numbers and true or false in quotes';
  expect(said(service({ ports }, { [field]: { a: 1 } }))).toEqual([`metadata.${field} ${message}`]);
  expect(said(service({ ports }, { [field]: { a: '1' } }))).toEqual([]);
  expect(said({ metadata: null, spec: null })).toEqual(['spec must be an object with type and ports']);
});
