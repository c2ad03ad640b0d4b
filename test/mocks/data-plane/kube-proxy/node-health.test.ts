import { describe, expect, it } from 'vitest';
import { proxyHealth, serviceHealth } from '../../../../mocks/data-plane/kube-proxy/node-health.ts';
import type { ServiceEndpoint, ServicePort } from '../../../../mocks/data-plane/kube-proxy/service-table.ts';

const endpoint = (node: string, ready: boolean): ServiceEndpoint => ({
  address: '10.4.0.2',
  port: 80,
  node,
  ready,
  serving: true,
  terminating: !ready,
});
const port = (endpoints: readonly ServiceEndpoint[]): ServicePort => ({
  service: 'default/web',
  key: 'k',
  protocol: 'TCP',
  port: 80,
  nodePort: 30_080,
  clusterIps: ['10.96.0.9'],
  externalIps: [],
  balancerIps: [],
  externalPolicy: 'Local',
  internalPolicy: 'Cluster',
  affinityMs: undefined,
  sourceRanges: [],
  healthCheckNodePort: 30_999,
  endpoints,
});

describe('what a node says on healthCheckNodePort', () => {
  it.each<readonly [string, readonly ServiceEndpoint[], number, string]>([
    ['none', [], 503, '0'],
    ['one elsewhere', [endpoint('b', true)], 503, '0'],
    ['one that ends here', [endpoint('a', false)], 503, '0'],
    ['two here', [endpoint('a', true), endpoint('a', true), endpoint('b', true)], 200, '2'],
  ])('with %s', (_title, endpoints, status, weight) => {
    const answer = serviceHealth(port(endpoints), 'a');
    expect(answer).toMatchObject({ status, headers: { 'x-load-balancing-endpoint-weight': weight } });
    expect(JSON.parse(answer.body)).toEqual({
      service: { namespace: 'default', name: 'web' },
      localEndpoints: Number(weight),
      serviceProxyHealthy: true,
    });
  });
});

describe('what kube-proxy says of itself', () => {
  const node = (more: object, spec: object = {}) => ({ metadata: { name: 'a', ...more }, spec }) as never;
  const going = { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] };
  it.each([
    ['of a node', node({}), '/healthz', 200],
    ['of a node that is being deleted', node({ deletionTimestamp: '2026-01-01T00:00:00Z' }), '/healthz', 503],
    ['of a node that the autoscaler takes away', node({}, going), '/healthz?x=1', 503],
    ['of a node that is gone', undefined, '/healthz', 503],
    ['of its own life, whatever becomes of the node', node({}, going), '/livez', 200],
    ['of another path', node({}), '/', 404],
  ])('%s', (_title, of, path, status) => {
    expect(proxyHealth(of, path, '2026-01-01T00:00:00Z').status).toBe(status);
  });
});
