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
