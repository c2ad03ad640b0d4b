import { describe, expect, it } from 'vitest';
import { dns, http, read } from './web-service.ts';

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
