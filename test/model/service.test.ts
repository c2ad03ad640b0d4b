import { describe, expect, it } from 'vitest';
import { keyIn, keyOf, readMeta, readService } from '../../src/model/service.ts';

describe('a Service as it is read', () => {
  it('of which nothing is told has what Kubernetes means by that', () => {
    expect(readService({})).toStrictEqual({
      metadata: {
        namespace: '',
        name: '',
        uid: '',
        resourceVersion: '',
        deletionTimestamp: null,
        labels: {},
        annotations: {},
        finalizers: [],
      },
      spec: {
        type: 'ClusterIP',
        loadBalancerClass: null,
        loadBalancerIP: null,
        loadBalancerSourceRanges: [],
        ports: [],
        externalTrafficPolicy: 'Cluster',
        healthCheckNodePort: 0,
        sessionAffinity: 'None',
        affinityTimeout: null,
        ipFamilies: ['IPv4'],
      },
      status: { ingress: [], conditions: [] },
    });
  });

  it('keeps what decides, and no labels', () => {
    const condition = { type: 't', status: 'True', reason: 'r', message: 'm', lastTransitionTime: '' };
    const spec = {
      type: 'LoadBalancer',
      loadBalancerClass: 'c',
      loadBalancerIP: '10.0.0.1',
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30_080 }],
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 31_999,
      sessionAffinity: 'ClientIP',
      ipFamilies: ['IPv6'],
    };
    const metadata = {
      namespace: 'shop',
      name: 'web',
      uid: 'u',
      resourceVersion: '7',
      deletionTimestamp: '2026-01-01T00:00:00Z',
      annotations: { a: 'b' },
      finalizers: ['f'],
    };
    expect(
      readService({
        metadata: { ...metadata, labels: { a: 'b' } },
        spec: { ...spec, clusterIP: '10.0.0.9', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } },
        status: { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] }, conditions: [condition] },
      }),
    ).toStrictEqual({
      metadata: { ...metadata, labels: {} },
      spec: { ...spec, affinityTimeout: 60 },
      status: { ingress: [{ ip: '198.51.100.1' }], conditions: [condition] },
    });
  });

  it('has no fields of a port that are not told', () => {
    expect(readService({ spec: { ports: [{ port: 80 }] } }).spec.ports).toStrictEqual([{ port: 80 }]);
  });

  it('without the number of a port is refused, and says so', () => {
    expect(() => readService({ spec: { ports: [{ name: 'http' }] } })).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining('has no field port') }),
    );
  });
});

it('the copy of the manifest that kubectl keeps is dropped, other annotations are not', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'portico.dev/scheme': 'internal' };
  expect(readMeta({ annotations }).annotations).toEqual({ 'portico.dev/scheme': 'internal' });
});

it.each([
  ['shop', 'web', 'shop/web'],
  ['shop', 'other/web', 'other/web'],
])('in %s, %s is %s', (namespace, name, key) => {
  expect(keyIn(namespace, name)).toBe(key);
});

it.each([
  [{ namespace: 'shop', name: 'web' }, 'shop/web'],
  [{ name: 'n1' }, 'n1'],
])('the key of %j is %s', (metadata, key) => {
  expect(keyOf({ metadata: readMeta(metadata) })).toBe(key);
});
