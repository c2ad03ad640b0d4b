import { PorticoError } from '../../src/errors.ts';
import { emptyGraph, type Graph, graph, ref, resource, sharedRef } from '../../src/graph/resource.ts';
import type { ClusterIntent, IpFamily, LoadBalancerIntent } from '../../src/model/intent.ts';
import { ownerLabel } from '../../src/model/owner.ts';
import { resourceName } from '../../src/model/resource-name.ts';
import { type Sticky, stickyIp } from '../../src/provider.ts';
import type { AddressSource, ClusterKinds, PortSpec, ServiceKinds } from './kinds.ts';

/** From where this cloud's health checks come. */
const probeRanges = ['198.51.100.0/26', '2001:db8:ffff::/64'];

/** A resource of a kind with the spec of that kind. */
const service = <K extends keyof ServiceKinds>(kind: K, name: string, spec: ServiceKinds[K]) =>
  resource(kind, name, spec);
const shared = <K extends keyof ClusterKinds>(kind: K, name: string, spec: ClusterKinds[K]) =>
  resource(kind, name, spec);

/** The graph of one Service: per family an address, a rule and a firewall; one backend service, one health check. */
export function desiredService(prefix: string, intent: LoadBalancerIntent, sticky: Sticky): Graph {
  const { owner, scheme } = intent;
  const name = (role?: string): string => resourceName(prefix, owner, role);
  const nodePorts = nodePortRules(prefix, intent);
  if (intent.balancer === 'none') return graph(nodePorts);
  if (intent.options['adopt'] !== undefined) {
    throw new PorticoError('unsupported', 'This cloud has no rules of others; remove portico.dev/adopt.', {
      object: ownerLabel(owner),
    });
  }
  const ports = intent.listeners.map(({ protocol, port }): PortSpec => `${protocol}/${port}`).toSorted();
  if (ports.length === 0 || intent.families.length === 0) {
    throw new PorticoError('invalid', `${ownerLabel(owner)} has no ports or no IP families. Give it at least one.`, {
      object: ownerLabel(owner),
    });
  }

  const perFamily = intent.families.flatMap((family) => {
    const ip = stickyIp(sticky, scheme, family);
    const source = addressSource(intent, family, ip, name(family));
    const sources = intent.sourceRanges[family].toSorted();
    return [
      ...('$ref' in source ? [service('address', name(family), { scheme, family, ip })] : []),
      // An empty list of sources means everybody to this cloud; who admits nobody gets no firewall rule at all.
      ...(sources.length > 0 ? [service('firewall', name(family), { destination: source, ports, sources })] : []),
      service('forwarding-rule', name(family), {
        scheme,
        family,
        address: source,
        ports,
        backend: ref('backend-service', name()),
      }),
    ];
  });
  return graph([
    ...perFamily,
    ...nodePorts,
    service('health-check', name(), intent.health),
    service('backend-service', name(), {
      scheme,
      healthCheck: ref('health-check', name()),
      groups: intent.zones
        .toSorted()
        .map((zone) => sharedRef('instance-group', groupName(prefix, owner.cluster, zone))),
      affinitySeconds: intent.affinity.kind === 'none' ? null : intent.affinity.timeoutSeconds,
    }),
  ]);
}

/** Rules that let the sources reach the nodePorts at the nodes' own addresses, for a Service that asks for it. */
function nodePortRules(prefix: string, { owner, options, families, listeners, sourceRanges }: LoadBalancerIntent) {
  const ports = listeners
    .flatMap(({ protocol, nodePort }): PortSpec[] => (nodePort === null ? [] : [`${protocol}/${nodePort}`]))
    .toSorted();
  if (options['node-port-firewall'] !== true || ports.length === 0) return [];
  return families
    .filter((family) => sourceRanges[family].length > 0)
    .map((family) =>
      service('firewall', resourceName(prefix, owner, `nodes-${family}`), {
        destination: null,
        ports,
        sources: sourceRanges[family].toSorted(),
      }),
    );
}

/**
 * A requested address is used as it is. Asking for the very address that the balancer already has, as people do to pin
 * it, changes nothing: it stays reserved by us.
 */
function addressSource(
  { address }: LoadBalancerIntent,
  family: IpFamily,
  held: string | null,
  name: string,
): AddressSource {
  const own = ref('address', name);
  if (address.kind === 'any') return own;
  if (address.kind === 'name') return address.name === name ? own : { named: address.name };
  return address.ip === held || familyOf(address.ip) !== family ? own : { ip: address.ip };
}

const familyOf = (ip: string): IpFamily => (ip.includes(':') ? 'ipv6' : 'ipv4');

/** The graph all Services share: a group of nodes per zone, and the rule that lets health checks reach them. */
export function desiredCluster(prefix: string, intent: ClusterIntent, sticky: Sticky): Graph {
  const { owner, nodes } = intent;
  if (!intent.active && sticky.lent !== true) return emptyGraph;
  // Backend services point at every group, so a group stays, empty, when the last node leaves its zone.
  const zones = [...new Set([...nodes.map((node) => node.zone), ...sticky.zones])];
  return graph([
    ...zones.map((zone) =>
      shared('instance-group', groupName(prefix, owner.cluster, zone), {
        zone,
        nodes: nodes
          .filter((node) => node.zone === zone)
          .map((node) => node.name)
          .toSorted(),
      }),
    ),
    shared('firewall', resourceName(prefix, owner, 'health-checks'), {
      destination: null,
      ports: 'all',
      sources: probeRanges,
    }),
  ]);
}

const groupName = (prefix: string, cluster: string, zone: string): string =>
  resourceName(prefix, { kind: 'cluster', cluster }, zone);
