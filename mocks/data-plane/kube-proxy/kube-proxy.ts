import type { Clock } from '../../../src/clock.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { nameOf, timestamp } from '../../kube-apiserver/metadata.ts';
import type { Store } from '../../kube-apiserver/store/store.ts';
import { hostAddress } from '../../kube-controllers/ready-pods.ts';
import { type AddressPlan, within } from '../address-plan.ts';
import { delayOf, isCut } from '../node-faults.ts';
import { drop, type Endpoint, type Packet, type Protocol, reject, type Verdict } from '../packet.ts';
import { usableEndpoints } from './endpoint-choice.ts';
import { proxyHealth, proxyHealthPort, serviceHealth } from './node-health.ts';
import { type ServicePort, serviceTable } from './service-table.ts';
import { sessionAffinity } from './session-affinity.ts';

export interface KubeProxyOptions {
  readonly clock: Clock;
  readonly plan: AddressPlan;
  readonly store: Pick<Store, 'list' | 'get'>;
}

/** The kube-proxies of all nodes: they share what they know of Services, each routes for its own node. */
export interface KubeProxies {
  /** Services, endpoints or nodes have changed. */
  forget(): void;
  /** What the node does with a packet that has reached it, from outside or from one of its pods. */
  route(node: string, packet: Packet): Verdict;
  /** The node with this address, or on which the pod with this address is. */
  nodeOf(address: string): string | undefined;
  addressOf(node: string): string | undefined;
  nodes(): readonly string[];
  /** Whether no packet comes or goes there. */
  isCut(node: string): boolean;
  /** On every address of every node. */
  nodePorts(): readonly { readonly protocol: Protocol; readonly port: number }[];
  /** Addresses inside the cluster, with their ports. */
  clusterPorts(): readonly (Endpoint & { readonly protocol: Protocol })[];
  /** Whether some Service still has the endpoint in use. */
  serves(to: Endpoint): boolean;
}

type Entry = 'cluster-ip' | 'node-port' | 'external-ip' | 'balancer';

interface Known {
  readonly table: readonly ServicePort[];
  readonly nodes: ReadonlyMap<string, KubeObject>;
  readonly nodeByAddress: ReadonlyMap<string, string>;
}

export function kubeProxies({ clock, plan, store }: KubeProxyOptions): KubeProxies {
  const affinity = sessionAffinity();
  let cached: Known | undefined;

  function known(): Known {
    cached ??= look();
    return cached;
  }

  function look(): Known {
    const all = (resource: string) => store.list(resource, '').objects;
    const nodes = new Map(all('/nodes').map((node) => [nameOf(node), node]));
    const table = serviceTable(all('/services'), all('discovery.k8s.io/endpointslices'));
    const ofNodes = [...nodes].map(([name, node]) => [hostAddress(node), name] as const);
    const ofPods = table.flatMap(({ endpoints }) => endpoints.map(({ address, node }) => [address, node] as const));
    return { table, nodes, nodeByAddress: new Map([...ofPods, ...ofNodes]) };
  }

  const addressOf = (name: string): string | undefined => {
    const node = known().nodes.get(name);
    return node && hostAddress(node);
  };

  function match(node: string, { protocol, destination }: Packet): { port: ServicePort; entry: Entry } | undefined {
    const { address, port: number } = destination;
    const candidates = known().table.filter((each) => each.protocol === protocol);
    for (const port of candidates.filter((each) => each.port === number)) {
      if (port.clusterIps.includes(address)) return { port, entry: 'cluster-ip' };
      if (port.balancerIps.includes(address)) return { port, entry: 'balancer' };
      if (port.externalIps.includes(address)) return { port, entry: 'external-ip' };
    }
    // What the cloud hands to a machine is addressed to that machine, whatever the address: it is one of its own.
    if (addressOf(node) !== address && plan.isInside(address)) return undefined;
    const port = candidates.find(({ nodePort }) => nodePort === number);
    return port && { port, entry: 'node-port' };
  }

  const faults = (name: string): KubeObject | undefined => known().nodes.get(name);
  const reaches = (from: string, to: string): boolean => from === to || !(isCut(faults(from)) || isCut(faults(to)));

  function route(node: string, packet: Packet): Verdict {
    // From outside, or from another node.
    if (isCut(faults(node)) && known().nodeByAddress.get(packet.source.address) !== node)
      return drop(`${node} is cut off`);
    const verdict = routeHere(node, packet);
    switch (verdict.type) {
      case 'forward': {
        const lost = verdict.hops.find((hop) => !reaches(node, hop));
        if (lost !== undefined) return drop(`${node} and ${lost} are cut off from each other`);
        return { ...verdict, delayMs: verdict.hops.reduce((sum, hop) => sum + delayOf(faults(hop)), 0) };
      }
      case 'serve':
        return { ...verdict, delayMs: delayOf(faults(node)) };
      case 'reject':
      case 'drop':
        return verdict;
      default:
        return verdict satisfies never;
    }
  }

  function routeHere(node: string, packet: Packet): Verdict {
    const found = match(node, packet);
    if (!found) return serveHere(node, packet);
    const { port, entry } = found;
    const from = packet.source.address;
    // Pods and nodes that use an outside address reach it as from inside: no other node is asked to keep the policy.
    const inside = plan.isInside(from);
    if (entry === 'balancer' && port.sourceRanges.length > 0 && !within(port.sourceRanges, from)) {
      return drop(`${port.service} does not let ${from} in`);
    }
    const policy = entry === 'cluster-ip' ? port.internalPolicy : inside ? 'Cluster' : port.externalPolicy;
    const choice = usableEndpoints(port.endpoints, node, policy);
    if (choice.type === 'none') return reject(`${port.service} has no endpoints`);
    if (choice.type === 'none-here') return drop(`${port.service} has no endpoints on ${node}`);
    const to = choose(port, node, from, choice.endpoints);
    const keeps = entry === 'cluster-ip' || port.externalPolicy === 'Local';
    const source = keeps ? from : (addressOf(node) ?? from);
    return {
      type: 'forward',
      to: { address: to.address, port: to.port },
      source,
      hops: to.node === node ? [node] : [node, to.node],
    };
  }

  function choose<E extends Endpoint>(port: ServicePort, node: string, client: string, usable: readonly E[]): E {
    const key = `${node} ${port.key} ${client}`;
    const { affinityMs } = port;
    const now = clock.monotonic();
    const last = affinityMs === undefined ? undefined : affinity.recall(key, usable, now, affinityMs);
    const chosen = last ?? usable[Math.floor(clock.random() * usable.length)];
    if (!chosen) throw new Error(`No endpoint to choose for ${port.key}.`);
    if (affinityMs !== undefined) affinity.remember(key, chosen, now);
    return chosen;
  }

  /** What is no Service's is for the node's own servers, which listen on all of its addresses. */
  function serveHere(node: string, { protocol, destination }: Packet): Verdict {
    const { port } = destination;
    const isService = known().table.some(({ clusterIps }) => clusterIps.includes(destination.address));
    if (isService || protocol !== 'TCP') return reject(`nobody listens on ${destination.address}:${port}`);
    if (port === proxyHealthPort) {
      return {
        type: 'serve',
        answer: (path) => proxyHealth(known().nodes.get(node), path, timestamp(clock.now())),
      };
    }
    const checked = known().table.find(({ healthCheckNodePort }) => healthCheckNodePort === port);
    if (!checked) return reject(`nobody listens on port ${port} of ${node}`);
    const { key } = checked;
    return {
      type: 'serve',
      answer: () =>
        serviceHealth(known().table.find((each) => each.key === key) ?? { ...checked, endpoints: [] }, node),
    };
  }

  return {
    forget: () => {
      cached = undefined;
    },
    route,
    nodeOf: (address) => known().nodeByAddress.get(address),
    addressOf,
    nodes: () => [...known().nodes.keys()],
    isCut: (node) => isCut(faults(node)),
    nodePorts: () => [
      { protocol: 'TCP', port: proxyHealthPort },
      ...known().table.flatMap(({ protocol, nodePort, healthCheckNodePort }) => [
        ...(nodePort === undefined ? [] : [{ protocol, port: nodePort }]),
        ...(healthCheckNodePort === undefined ? [] : [{ protocol: 'TCP' as const, port: healthCheckNodePort }]),
      ]),
    ],
    clusterPorts: () =>
      known().table.flatMap(({ clusterIps, protocol, port }) =>
        clusterIps.map((address) => ({ address, port, protocol })),
      ),
    serves: (to) =>
      known().table.some(({ endpoints }) =>
        endpoints.some(
          ({ address, port, ready, serving }) => address === to.address && port === to.port && (ready || serving),
        ),
      ),
  };
}
