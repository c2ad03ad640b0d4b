import type { Chance } from './chance.ts';
import type { Json } from './story.ts';

const ports: readonly (readonly Json[])[] = [
  [{ name: 'http', port: 80, targetPort: 8080 }],
  [{ name: 'https', port: 443, targetPort: 8443 }],
  [
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'https', port: 443, targetPort: 8443 },
  ],
  [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 }],
  [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 5353 },
  ],
  [1, 2, 3, 4, 5, 6].map((at) => ({ name: `p${at}`, port: 8000 + at, targetPort: 9000 + at })),
];

const ranges: readonly (readonly string[])[] = [
  ['10.0.0.0/8'],
  ['198.51.100.0/24', '203.0.113.0/24'],
  ['192.0.2.0/24'],
];

export function drawService(chance: Chance): {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Json;
} {
  return {
    annotations: {
      ...(chance.yes(0.15) ? { 'portico.dev/scheme': 'internal' } : {}),
      ...(chance.yes(0.15) ? { 'portico.dev/address-policy': 'hold' } : {}),
      ...(chance.yes(0.15) ? { 'portico.dev/health-check': 'proxy' } : {}),
      ...(chance.yes(0.1) ? { 'portico.dev/static-address': 'front' } : {}),
    },
    spec: {
      ports: chance.pick(ports),
      ...(chance.yes(0.3) ? { loadBalancerSourceRanges: chance.pick(ranges) } : {}),
      ...(chance.yes(0.25) ? { externalTrafficPolicy: 'Local' } : {}),
      ...(chance.yes(0.2) ? { sessionAffinity: 'ClientIP' } : {}),
      ...(chance.yes(0.1) ? { allocateLoadBalancerNodePorts: false } : {}),
    },
  };
}

const annotate = (key: string, value: string | null): Json => ({
  metadata: { annotations: { [`portico.dev/${key}`]: value } },
});

/** One change of one wish. */
export function drawEdit(chance: Chance): Json {
  return chance.weighted<() => Json>([
    [6, () => ({ spec: { ports: chance.pick(ports) } })],
    [4, () => ({ spec: { loadBalancerSourceRanges: chance.pick([...ranges, null]) } })],
    [2, () => ({ spec: { externalTrafficPolicy: chance.pick(['Local', 'Cluster']) } })],
    [2, () => ({ spec: { sessionAffinity: chance.pick(['ClientIP', 'None']) } })],
    [3, () => ({ spec: { type: chance.pick(['ClusterIP', 'NodePort']), loadBalancerSourceRanges: null } })],
    [4, () => ({ spec: { type: 'LoadBalancer' } })],
    [1, () => ({ spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/other' } })],
    [3, () => annotate('scheme', chance.pick(['internal', 'external', null]))],
    [2, () => annotate('network-tier', chance.pick(['standard', 'premium', null]))],
    [2, () => annotate('allow-address-change', chance.pick(['true', null]))],
    [2, () => annotate('address-policy', chance.pick(['hold', 'reserve', null]))],
    [2, () => annotate('health-check', chance.pick(['proxy', 'node-port', 'nonsense', null]))],
    [1, () => annotate('health-check-interval', chance.pick(['11', null]))],
    [2, () => annotate('static-address', chance.pick(['front', null]))],
    [1, () => annotate('resource-labels', chance.pick(['team=a', 'team=b', null]))],
    [1, () => annotate('node-port-firewall', chance.pick(['true', null]))],
    [1, () => ({ metadata: { labels: { touched: `at-${chance.int(1, 99)}` } } })],
  ])();
}

/** What may be done about a Service. `retain: everything` is not drawn: what it leaves keeps the shared groups in use. */
export const drawRestraint = (chance: Chance): Json =>
  chance.weighted<() => Json>([
    [2, () => annotate('policy', chance.pick(['observe', 'upsert-only', 'sync', null]))],
    [2, () => annotate('drift', chance.pick(['report', 'off', null]))],
    [1, () => annotate('retain', chance.pick(['address', null]))],
  ])();
