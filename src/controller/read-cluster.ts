import type { Clock } from '../clock.ts';
import { listAll } from '../kube/list.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { NodeTarget } from '../model/intent.ts';
import { readNode } from '../model/node.ts';
import { keyOf, readService, type Service } from '../model/service.ts';
import type { Provider } from '../provider.ts';
import { nodeSet } from './node-set.ts';

/** A cluster as it was read at one moment. */
export interface Cluster {
  readonly id: string;
  readonly services: readonly Service[];
  /** Nodes that may carry traffic. */
  readonly nodes: readonly NodeTarget[];
}

export async function readCluster(
  transport: KubeTransport,
  clock: Clock,
  id: string,
  signal: AbortSignal,
  admit?: Provider['admit'],
): Promise<Cluster> {
  const [services, nodes] = await Promise.all([
    listAll({ transport, clock, path: '/api/v1/services', kind: 'ServiceList', read: readService }, signal),
    listAll({ transport, clock, path: '/api/v1/nodes', kind: 'NodeList', read: readNode }, signal),
  ]);
  const known = new Map(nodes.items.map((node) => [keyOf(node), node]));
  return { id, services: services.items, nodes: nodeSet(known, admit).targets() };
}
