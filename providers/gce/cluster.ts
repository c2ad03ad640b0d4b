import { emptyGraph, type Graph, graph, type Resource, resource } from '../../src/graph/resource.ts';
import type { ClusterIntent, HealthProbe, IpFamily, NodeTarget } from '../../src/model/intent.ts';
import { resourceName } from '../../src/model/resource-name.ts';
import type { Notice, Sticky } from '../../src/provider.ts';
import { admitted } from './admission.ts';
import type { GceConfig } from './config.ts';
import { firewallPriority } from './kinds/firewall.ts';
import { largestGroup } from './kinds/instance-group.ts';
import type { Specs } from './kinds/kinds.ts';
import { machineOf, networkPath } from './paths.ts';
import { allowancesOf } from './ports.ts';

/** The question that all Services may share: whether kube-proxy of a node is well. */
export const proxyCheck: HealthProbe = {
  protocol: 'http',
  port: 10256,
  path: '/healthz',
  intervalSeconds: 8,
  timeoutSeconds: 1,
  healthyThreshold: 1,
  unhealthyThreshold: 3,
};

const nameFor = (config: GceConfig, cluster: string, role: string): string =>
  resourceName(config.namePrefix, { kind: 'cluster', cluster }, role);

export const groupName = (config: GceConfig, cluster: string, zone: string): string => nameFor(config, cluster, zone);

export const proxyCheckName = (config: GceConfig, cluster: string): string => nameFor(config, cluster, 'proxy');

const of = <K extends keyof Specs>(kind: K, name: string, spec: Specs[K]): Resource<K, Specs[K]> =>
  resource(kind, name, spec);

/**
 * The graph that all Services share: a group of nodes per zone, the shared health check, and the rules that let health
 * checks reach the nodes. Probes are sent to the balancers' addresses, whichever these are, so the rules name none.
 */
export function desiredCluster(config: GceConfig, { owner, active, nodes }: ClusterIntent, sticky: Sticky): Graph {
  if (!active && sticky.lent !== true) return emptyGraph;
  const members = machinesByZone(config, nodes, sticky);
  const groups = config.backends.kind === 'instance-groups' ? [...members] : [];
  return graph([
    // A group stays, empty, when the last node leaves its zone: every backend service points at it.
    ...groups.map(([zone, names]) =>
      of('instance-group', groupName(config, owner.cluster, zone), {
        zone,
        members: names.slice(0, largestGroup),
      }),
    ),
    of('health-check', proxyCheckName(config, owner.cluster), proxyCheck),
    ...(config.manageFirewalls ? config.families : []).map((family) => probeRule(config, owner.cluster, family)),
  ]);
}

/** Whether a group can be made in a zone; taken for granted while it is not known. */
export const zoneExists = (zone: string, { knownZones }: Sticky): boolean => knownZones?.includes(zone) ?? true;

/** Names of machines per zone, sorted; zones that had groups before are there even without any. */
function machinesByZone(
  config: GceConfig,
  nodes: readonly NodeTarget[],
  sticky: Sticky,
): ReadonlyMap<string, readonly string[]> {
  const byZone = new Map<string, Set<string>>(sticky.zones.map((zone) => [zone, new Set()]));
  for (const { providerId } of admitted(config, nodes)) {
    const machine = machineOf(providerId);
    if (!machine || !zoneExists(machine.zone, sticky)) continue;
    const names = byZone.get(machine.zone);
    if (names) names.add(machine.name);
    else byZone.set(machine.zone, new Set([machine.name]));
  }
  return new Map([...byZone].map(([zone, names]) => [zone, [...names].toSorted()]));
}

/** Nodes that get no traffic though they could be placed: in zones that do not exist, and beyond what a group takes. */
export function clusterRemarks(config: GceConfig, { active, nodes }: ClusterIntent, sticky: Sticky): readonly Notice[] {
  if ((!active && sticky.lent !== true) || config.backends.kind !== 'instance-groups') return [];
  const nowhere = admitted(config, nodes).filter(({ zone }) => !zoneExists(zone, sticky));
  const misplaced = nowhere.map(
    ({ name, zone, providerId }): Notice => ({
      reason: 'NodeNotUsable',
      message: `Node ${name} gets no traffic from load balancers: its zone ${zone} does not exist in the region ${config.region}.`,
      nodes: [providerId],
    }),
  );
  return [...misplaced, ...fullGroups(config, nodes, sticky)];
}

/** Per zone with more nodes than a group takes: how many get no traffic, and what to do about it. */
function fullGroups(config: GceConfig, nodes: readonly NodeTarget[], sticky: Sticky): readonly Notice[] {
  return [...machinesByZone(config, nodes, sticky)].flatMap(([zone, names]): Notice[] => {
    const beyond = names.slice(largestGroup);
    if (beyond.length === 0) return [];
    return [
      {
        reason: 'InstanceGroupFull',
        message:
          `${zone} has ${names.length} nodes, and an instance group takes ${largestGroup}: ${beyond.length} of them get no ` +
          'traffic from load balancers. Spread the nodes over more zones, label those that need none with ' +
          'node.kubernetes.io/exclude-from-external-load-balancers, or run with --gce-backends endpoint-groups.',
        nodes: beyond.map((name) => `gce://${config.project}/${zone}/${name}`),
      },
    ];
  });
}

const probeRule = (config: GceConfig, cluster: string, family: IpFamily): Resource<'firewall', Specs['firewall']> =>
  of('firewall', nameFor(config, cluster, `health-${family}`), {
    network: networkPath(config),
    allowed: allowancesOf([{ protocol: 'tcp', ports: config.probedPorts }]),
    sources: config.probeRanges[family].toSorted(),
    destination: null,
    targetTags: config.nodeTags,
    priority: firewallPriority,
    enabled: true,
  });
