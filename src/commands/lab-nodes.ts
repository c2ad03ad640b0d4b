import type { KubeTransport } from '../kube/transport.ts';
import { call } from './lab-manifests.ts';
import { nodeAddresses } from './lab-network.ts';

export interface LabNode {
  readonly name: string;
  readonly zone: string;
  readonly ip: string;
  /** Addresses of its pods. */
  readonly podCIDR: string;
}

/** Nodes spread evenly over the zones, with addresses of the network `default` that only this place has. */
export const labNodes = (count: number, zones: readonly string[], place: number): LabNode[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `node-${index + 1}`,
    zone: zones[index % zones.length] ?? '',
    ...nodeAddresses(place, index),
  }));

/** Registers a node as its kubelet would, ready. `outside` is the address at which it is reached from this machine. */
export async function registerNode(
  transport: KubeTransport,
  { name, zone, ip, podCIDR }: LabNode,
  outside: string | undefined,
  project: string,
  signal: AbortSignal,
): Promise<void> {
  const what = `register node ${name}`;
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': zone.slice(0, zone.lastIndexOf('-')),
        'topology.kubernetes.io/zone': zone,
      },
    },
    spec: { providerID: `gce://${project}/${zone}/${name}`, podCIDR },
  };
  const create = { method: 'POST', path: '/api/v1/nodes', contentType: 'application/json', query: {}, signal } as const;
  await call(transport, what, { ...create, body: JSON.stringify(node) });

  const status = {
    addresses: [
      { type: 'InternalIP', address: ip },
      ...(outside === undefined ? [] : [{ type: 'ExternalIP', address: outside }]),
      { type: 'Hostname', address: name },
    ],
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the lab says so' }],
    nodeInfo: { kubeletVersion: 'v1.36.2', osImage: 'Portico lab', operatingSystem: 'linux', architecture: 'amd64' },
  };
  await call(transport, what, {
    method: 'PATCH',
    path: `/api/v1/nodes/${name}/status`,
    contentType: 'application/merge-patch+json',
    query: {},
    body: JSON.stringify({ status }),
    signal,
  });
}
