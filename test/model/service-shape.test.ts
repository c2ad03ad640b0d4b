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
    [
      'sessionAffinityConfig',
      [{}, { clientIP: {} }, { clientIP: { timeoutSeconds: 1 } }, { clientIP: { timeoutSeconds: 86_400 } }],
    ],
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
    ...[3, { clientIp: {} }, { clientIP: 3 }, { clientIP: { timeoutSeconds: 0 } }, { clientIP: { seconds: 1 } }].map(
      (value): [string, unknown, string] => [
        'sessionAffinityConfig',
        value,
        'must be {clientIP: {timeoutSeconds: N}}, with N from 1 to 86400',
      ],
    ),
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

describe('the metadata', () => {
  const label = 'must be at most 63 lower-case letters, digits and dashes, and neither begin nor end with a dash';
  const name = 'is no key: after its prefix it must have at most 63 letters, digits, dashes, dots and underscores';
  const prefix = 'is no key: before its slash must be the name of a domain, in lower case';
  const value = 'must be at most 63 letters, digits, dashes, dots and underscores';

  it.each<[object]>([
    [{ name: 'a', namespace: '0-9', uid: 'u', resourceVersion: '7', finalizers: ['x.y/z'], creationTimestamp: null }],
    [{ name: 'a'.repeat(63) }],
    [{ labels: { 'a.b.c-d/e': '', 'a.b-1-2.c/d': '' } }],
    [{ labels: { app: '', 'a.b/c': 'X_1.y-2', 'A-b_c.9': '0' }, annotations: { 'x-y.z/A_b': 'anything at all' } }],
    [{ labels: { ['k'.repeat(63)]: 'v'.repeat(63) } }],
    // An API server reads the key of an annotation in lower case.
    [{ annotations: { 'Example.com/x': '' } }],
    [{ ownerReferences: [{}], managedFields: [{}], generation: 3, generateName: 'a-', selfLink: '/' }],
  ])('%j is right', (metadata) => {
    expect(said(service({ ports }, metadata))).toEqual([]);
  });

  it.each<[object, string]>([
    [{ name: 'bad_name' }, `metadata.name ${label}`],
    [{ name: 'a-' }, `metadata.name ${label}`],
    [{ name: '-a' }, `metadata.name ${label}`],
    [{ name: 'A' }, `metadata.name ${label}`],
    [{ name: 'a.b' }, `metadata.name ${label}`],
    [{ name: 'a'.repeat(64) }, `metadata.name ${label}`],
    [{ name: 7 }, `metadata.name ${label}`],
    [{ namespace: '' }, `metadata.namespace ${label}`],
    [{ uid: 7 }, `metadata.uid ${text}`],
    [{ finalizers: 'x' }, 'metadata.finalizers must be a list of texts'],
    [{ annotation: {} }, 'metadata.annotation is no field of a Service; did you mean annotations?'],
    [{ namespce: 'x' }, 'metadata.namespce is no field of a Service; did you mean namespace?'],
    [{ selector: {} }, 'metadata.selector is no field of a Service; it belongs in spec'],
    [{ targetPort: 1 }, 'metadata.targetPort is no field of a Service; it belongs in an entry of spec.ports'],
    [{ apiVersion: 'v1' }, 'metadata.apiVersion is no field of a Service; it belongs in the manifest itself'],
    [{ zzzzzzzz: 1 }, 'metadata.zzzzzzzz is no field of a Service; remove it'],
    [{ annotations: { 'a/b/c': '' } }, 'metadata.annotations[a/b/c] is no key: it has more than one slash'],
    [{ annotations: { 'a b': '' } }, `metadata.annotations[a b] ${name}`],
    [{ annotations: { 'example.com/': '' } }, `metadata.annotations[example.com/] ${name}`],
    [{ annotations: { '/x': '' } }, `metadata.annotations[/x] ${prefix}`],
    [{ annotations: { 'a..b/x': '' } }, `metadata.annotations[a..b/x] ${prefix}`],
    [{ annotations: { 'a-/x': '' } }, `metadata.annotations[a-/x] ${prefix}`],
    [{ labels: { 'Example.com/x': '' } }, `metadata.labels[Example.com/x] ${prefix}`],
    [{ labels: { ['k'.repeat(64)]: '' } }, `metadata.labels[${'k'.repeat(64)}] ${name}`],
    [{ labels: { _x: '' } }, `metadata.labels[_x] ${name}`],
    [{ labels: { app: 'a b' } }, `metadata.labels[app] ${value}`],
    [{ labels: { app: '-' } }, `metadata.labels[app] ${value}`],
    [{ labels: { app: 'v'.repeat(64) } }, `metadata.labels[app] ${value}`],
  ])('%j is told', (metadata, message) => {
    expect(said(service({ ports }, metadata))).toEqual([message]);
  });

  it('stands beside the spec, and nothing else does but the status', () => {
    const manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports }, status: {} };
    expect(said(manifest)).toEqual([]);
    expect(said({ ...manifest, ports, metdata: {}, annotations: {} })).toEqual([
      'ports is no field of a Service; it belongs in spec',
      'metdata is no field of a Service; did you mean metadata?',
      'annotations is no field of a Service; it belongs in metadata',
    ]);
  });
});
