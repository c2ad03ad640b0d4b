import { PorticoError } from '../../src/errors.ts';
import { equal } from '../../src/graph/diff.ts';
import {
  type Graph,
  graph,
  isRef,
  type Ref,
  ref,
  type Resource,
  resource,
  type SharedRef,
  sharedRef,
} from '../../src/graph/resource.ts';
import type { IpFamily, LoadBalancerIntent, Scheme } from '../../src/model/intent.ts';
import { type Owner, ownerLabel, type ServiceOwner } from '../../src/model/owner.ts';
import { resourceName } from '../../src/model/resource-name.ts';
import { type Sticky, stickyIp } from '../../src/provider.ts';
import { familyOf } from './addresses.ts';
import { admitted } from './admission.ts';
import { groupName, proxyCheck, proxyCheckName, zoneExists } from './cluster.ts';
import type { GceConfig } from './config.ts';
import { adoptedName } from './kinds/adopted-rule.ts';
import { type BackendProtocol, byText } from './kinds/backend-service.ts';
import { firewallPriority } from './kinds/firewall.ts';
import type { RuleProtocol } from './kinds/forwarding-rule.ts';
import { requestedName } from './kinds/requested-address.ts';
import type { Specs } from './kinds/kinds.ts';
import { nodePortRules } from './node-ports.ts';
import { type GceOptions, gceOptions } from './options.ts';
import { networkPath, pathTo, type ResourcePath, subnetworkPath } from './paths.ts';
import { allowancesOf } from './ports.ts';
import { subsetByZone } from './subset.ts';

/** A forwarding rule names this many ports; more are opened all and narrowed by the firewall. */
const mostPorts = 5;
/** https://cloud.google.com/vpc/docs/quota */
const mostSources = 5000;
/** What a connection may take to finish, where nobody said. Datagrams have no connections. */
const usualDraining = 30;

const of = <K extends keyof Specs>(kind: K, name: string, spec: Specs[K]): Resource<K, Specs[K]> =>
  resource(kind, name, spec);

/**
 * The graph of one Service: health check and backend service once, address, rule and firewall per IP family.
 *
 * What cannot change in place has its value in its name (scheme, family, protocol), so that the new one is made before
 * the old one goes.
 */
export function desiredService(config: GceConfig, intent: LoadBalancerIntent, sticky: Sticky): Graph {
  const options = gceOptions(intent);
  if (intent.balancer === 'none') {
    if (!config.manageFirewalls) {
      throw refusal('unsupported', intent.owner, 'asks for a firewall rule, and the settings leave these to others.');
    }
    return graph(options.nodePortFirewall ? nodePortRules(config, intent) : []);
  }
  refuseImpossible(config, intent, options);
  const protocol = protocolOf(intent);
  const backend = of('backend-service', backendName(config, intent, protocol.backend), {
    scheme: intent.scheme,
    protocol: protocol.backend,
    healthCheck: healthCheckOf(config, intent),
    groups: groupsOf(config, intent, sticky),
    affinity: intent.affinity.kind === 'none' ? 'NONE' : 'CLIENT_IP',
    affinitySeconds: affinitySeconds(intent),
    drainingSeconds: options.drainingSeconds ?? (protocol.backend === 'TCP' ? usualDraining : 0),
    weighted: options.weights === 'pods-per-node',
  });
  return graph([
    ...intent.families.flatMap((family) =>
      familyGraph(config, intent, options, family, protocol.rule, backend, sticky),
    ),
    backend,
    ...(isRef(backend.spec.healthCheck)
      ? [of('health-check', resourceName(config.namePrefix, intent.owner), intent.health)]
      : []),
    ...endpointGroups(config, intent, sticky),
    ...(options.nodePortFirewall ? nodePortRules(config, intent) : []),
  ]);
}

/** The name of the rule of a family, and of its address and firewall. */
export const ruleName = (config: GceConfig, owner: ServiceOwner, scheme: Scheme, family: IpFamily): string =>
  resourceName(config.namePrefix, owner, scheme === 'external' ? family : `internal-${family}`);

function familyGraph(
  config: GceConfig,
  intent: LoadBalancerIntent,
  options: GceOptions,
  family: IpFamily,
  protocol: RuleProtocol,
  backend: Resource<'backend-service', Specs['backend-service']>,
  sticky: Sticky,
): Resource[] {
  const { owner, scheme, listeners } = intent;
  const name = ruleName(config, owner, scheme, family);
  const tier = scheme === 'external' ? options.tier : null;
  const subnetwork = subnetworkFor(config, options, scheme, family);
  const asked = requestedAddress(intent, family, sticky);
  const requested = asked === null || asked === name ? null : requestedName({ scheme, family, tier }, asked);
  const address = requested === null ? ref('address', name) : ref('requested-address', requested);
  const adopted = nameFor(options.adopt, intent.families, family);
  const sources = intent.sourceRanges[family].toSorted();
  const ports = [...new Set(listeners.map(({ port }) => port))].toSorted((a, b) => a - b);
  return [
    requested === null
      ? of('address', name, { scheme, family, tier, subnetwork, labels: options.labels, keep: options.keep })
      : of('requested-address', requested, { scheme, family, tier }),
    ...(adopted === null ? [] : [of('adopted-rule', adoptedName(scheme, family, adopted), { rule: adopted })]),
    of('forwarding-rule', name, {
      scheme,
      family,
      protocol,
      ports: protocol === 'L3_DEFAULT' || ports.length > mostPorts ? 'all' : ports.map(String),
      address,
      backendService: { $ref: backend.id },
      tier,
      network: scheme === 'internal' ? networkPath(config) : null,
      subnetwork,
      globalAccess: scheme === 'internal' && options.globalAccess,
      labels: options.labels,
      adopted: null,
    }),
    // Without a rule nobody of the family comes in: that is what an empty list of sources asks for.
    ...(config.manageFirewalls && sources.length > 0
      ? [
          of('firewall', name, {
            network: networkPath(config),
            allowed: allowancesOf(
              listeners.map((listener) => ({ protocol: listener.protocol, ports: [listener.port] })),
            ),
            sources,
            destination: address,
            targetTags: config.nodeTags,
            priority: firewallPriority,
            enabled: true,
          }),
        ]
      : []),
  ];
}

/** External IPv4 addresses belong to no subnetwork; external IPv6 ranges are taken out of one, as internal addresses are. */
function subnetworkFor(config: GceConfig, options: GceOptions, scheme: Scheme, family: IpFamily): ResourcePath | null {
  if (scheme === 'external' && family === 'ipv4') return null;
  const usual = scheme === 'internal' && family === 'ipv6' ? config.internalIpv6Subnetwork : config.subnetwork;
  return subnetworkPath(config, options.subnetwork ?? usual);
}

/**
 * The IP or name of an address that the Service's owner reserved, or null. Asking for the very address that Portico
 * reserved for the Service pins nothing new: it stays as it is.
 */
function requestedAddress(
  { address, families, scheme }: LoadBalancerIntent,
  family: IpFamily,
  sticky: Sticky,
): string | null {
  if (address.kind === 'any') return null;
  if (address.kind === 'ip') {
    return familyOf(address.ip) === family && address.ip !== stickyIp(sticky, scheme, family) ? address.ip : null;
  }
  const names = address.name.split(',').map((each) => each.trim());
  return nameFor(names, families, family);
}

/** Of one name or two the one for a family: two are for IPv4 and IPv6, one is for the first that the Service has. */
function nameFor(names: readonly string[], families: readonly IpFamily[], family: IpFamily): string | null {
  const index = names.length === 1 ? families.toSorted().indexOf(family) : family === 'ipv4' ? 0 : 1;
  return names[index] ?? null;
}

function protocolOf({ listeners }: LoadBalancerIntent): { rule: RuleProtocol; backend: BackendProtocol } {
  const protocols = new Set(listeners.map(({ protocol }) => protocol));
  if (protocols.size > 1) return { rule: 'L3_DEFAULT', backend: 'UNSPECIFIED' };
  return protocols.has('udp') ? { rule: 'UDP', backend: 'UDP' } : { rule: 'TCP', backend: 'TCP' };
}

function backendName(config: GceConfig, { owner, scheme }: LoadBalancerIntent, protocol: BackendProtocol): string {
  const role = protocol === 'UNSPECIFIED' ? 'mixed' : protocol.toLowerCase();
  return resourceName(config.namePrefix, owner, scheme === 'external' ? role : `internal-${role}`);
}

/** The cluster's own check where it asks the same question, which saves a resource and an operation per Service. */
function healthCheckOf(config: GceConfig, { owner, health }: LoadBalancerIntent): Ref | SharedRef {
  return equal(health, proxyCheck)
    ? sharedRef('health-check', proxyCheckName(config, owner.cluster))
    : ref('health-check', resourceName(config.namePrefix, owner));
}

/** The groups that others keep, where it is these that are used. */
export const existingGroups = (config: GceConfig): readonly ResourcePath[] =>
  (config.backends.kind === 'existing' ? config.backends.groups : []).map((group) => {
    const [zone = '', name = ''] = group.split('/');
    return pathTo(config, 'instanceGroups', name, zone);
  });

function groupsOf(
  config: GceConfig,
  intent: LoadBalancerIntent,
  sticky: Sticky,
): readonly (Ref | SharedRef | string)[] {
  const { backends } = config;
  const groups: (Ref | SharedRef | string)[] = [];
  switch (backends.kind) {
    case 'instance-groups':
      groups.push(
        ...intent.zones
          .filter((zone) => zoneExists(zone, sticky))
          .map((zone) => sharedRef('instance-group', groupName(config, intent.owner.cluster, zone))),
      );
      break;
    case 'endpoint-groups':
      groups.push(...endpointGroups(config, intent, sticky).map(({ id }): Ref => ({ $ref: id })));
      break;
    case 'existing':
      groups.push(...existingGroups(config));
      break;
  }
  return groups.toSorted(byText);
}

function endpointGroups(
  config: GceConfig,
  intent: LoadBalancerIntent,
  sticky: Sticky,
): Resource<'endpoint-group', Specs['endpoint-group']>[] {
  if (config.backends.kind !== 'endpoint-groups') return [];
  const nodes = admitted(config, intent.nodes).filter(({ zone }) => zoneExists(zone, sticky));
  return [...subsetByZone({ ...intent, nodes })].map(([zone, members]) =>
    of('endpoint-group', resourceName(config.namePrefix, intent.owner, zone), {
      zone,
      network: networkPath(config),
      subnetwork: subnetworkPath(config),
      members,
    }),
  );
}

/**
 * Internal balancers keep a client's node for 10 minutes to 16 hours without traffic; external ones for a time that the
 * cloud does not let anyone set. https://cloud.google.com/load-balancing/docs/internal/int-tcp-udp-lb-reference
 */
function affinitySeconds({ affinity, scheme }: LoadBalancerIntent): number | null {
  if (affinity.kind === 'none' || scheme === 'external') return null;
  return Math.min(Math.max(affinity.timeoutSeconds, 600), 57_600);
}

function refuseImpossible(config: GceConfig, intent: LoadBalancerIntent, options: GceOptions): void {
  const { owner, scheme, families, listeners, address, trafficPolicy, sourceRanges } = intent;
  if (listeners.length === 0) throw refusal('invalid', owner, 'has no ports. Give it at least one.');
  if (families.length === 0) throw refusal('invalid', owner, 'has no IP families. Give it at least one.');
  const missing = families.find((family) => !config.families.includes(family));
  if (missing !== undefined) {
    throw refusal('unsupported', owner, `asks for ${missing}, which the settings switch off for this cluster.`);
  }
  if (address.kind === 'ip' && !families.includes(familyOf(address.ip))) {
    throw refusal(
      'invalid',
      owner,
      `asks for the address ${address.ip}, but not for its IP family in spec.ipFamilies.`,
    );
  }
  if (scheme === 'external' && families.includes('ipv6') && options.tier === 'STANDARD') {
    throw refusal('unsupported', owner, 'asks for IPv6 in the Standard tier, which has none. Use the Premium tier.');
  }
  if (options.weights === 'pods-per-node' && trafficPolicy === 'cluster') {
    throw refusal('unsupported', owner, 'asks for weights by pods, which need externalTrafficPolicy: Local.');
  }
  for (const family of families) {
    if (sourceRanges[family].length > mostSources) {
      throw refusal(
        'unsupported',
        owner,
        `has more than ${mostSources} source ranges, the most that a firewall rule takes.`,
      );
    }
  }
}

const refusal = (code: 'invalid' | 'unsupported', owner: Owner, what: string): PorticoError =>
  new PorticoError(code, `${ownerLabel(owner)} ${what}`, { object: ownerLabel(owner) });
