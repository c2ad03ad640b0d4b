import { PorticoError } from '../../src/errors.ts';
import type { IpFamily } from '../../src/model/intent.ts';

/** Where the nodes are grouped for backend services. */
export type Backends =
  /** An unmanaged instance group per zone, kept by Portico. */
  | { readonly kind: 'instance-groups' }
  /** A GCE_VM_IP network endpoint group per Service and zone, with a subset of the nodes. */
  | { readonly kind: 'endpoint-groups' }
  /** Groups that somebody else keeps, as `zone/name`. */
  | { readonly kind: 'existing'; readonly groups: readonly string[] };

export interface GceConfig {
  readonly project: string;
  readonly region: string;
  /** Name of the VPC network of the nodes. */
  readonly network: string;
  /** Name of the subnetwork of the nodes, for internal and IPv6 addresses. */
  readonly subnetwork: string;
  /** For internal IPv6 alone: a subnetwork has either internal or external IPv6 ranges. */
  readonly internalIpv6Subnetwork: string;
  /** Shared VPC: the project of the network and its firewall rules; otherwise the same as `project`. */
  readonly networkProject: string;
  /** Begins every name; a letter first. */
  readonly namePrefix: string;
  /** Network tags of the nodes that firewall rules apply to; none: all machines of the network. */
  readonly nodeTags: readonly string[];
  /** False: firewall rules are left to others entirely. */
  readonly manageFirewalls: boolean;
  readonly backends: Backends;
  readonly families: readonly IpFamily[];
  /** Ports of nodes that health checks may reach, as in a firewall rule. */
  readonly probedPorts: readonly string[];
  /** Where health checks come from. https://cloud.google.com/load-balancing/docs/firewall-rules */
  readonly probeRanges: Readonly<Record<IpFamily, readonly string[]>>;
}

export const defaultProbeRanges: GceConfig['probeRanges'] = {
  ipv4: ['130.211.0.0/22', '209.85.152.0/22', '209.85.204.0/22', '35.191.0.0/16'],
  ipv6: ['2600:1901:8001::/48', '2600:2d00:1:b029::/64'],
};

export type GceSettings = Partial<GceConfig> & Pick<GceConfig, 'project' | 'region'>;

/** Fills in what was not given. Throws `invalid` with every problem at once. */
export function gceConfig(given: GceSettings): GceConfig {
  const network = given.network ?? 'default';
  const config: GceConfig = {
    project: given.project,
    region: given.region,
    network,
    // In a network of automatic mode each region's subnetwork has the network's name.
    subnetwork: given.subnetwork ?? network,
    internalIpv6Subnetwork: given.internalIpv6Subnetwork ?? given.subnetwork ?? network,
    networkProject: given.networkProject ?? given.project,
    namePrefix: given.namePrefix ?? 'portico',
    nodeTags: (given.nodeTags ?? []).toSorted(),
    manageFirewalls: given.manageFirewalls ?? true,
    backends: given.backends ?? { kind: 'instance-groups' },
    families: given.families ?? ['ipv4', 'ipv6'],
    probedPorts: given.probedPorts ?? ['10256', '30000-32767'],
    probeRanges: given.probeRanges ?? defaultProbeRanges,
  };
  const problems = problemsOf(config);
  if (problems.length > 0) {
    throw new PorticoError(
      'invalid',
      `The GCE settings cannot be used:\n${problems.map((each) => `  - ${each}`).join('\n')}`,
    );
  }
  return config;
}

const project = /^([a-z][-a-z0-9.]*:)?[a-z][-a-z0-9]{0,61}[a-z0-9]$/;
const label = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

function problemsOf(config: GceConfig): string[] {
  const checks: readonly (readonly [boolean, string])[] = [
    [project.test(config.project), `the project ${JSON.stringify(config.project)} is not a project id`],
    [
      config.networkProject === config.project || project.test(config.networkProject),
      `the network project ${JSON.stringify(config.networkProject)} is not a project id`,
    ],
    [label.test(config.region), `the region ${JSON.stringify(config.region)} is not one such as us-central1`],
    [label.test(config.network), `the network ${JSON.stringify(config.network)} is not a network's name`],
    [
      config.subnetwork === config.network || label.test(config.subnetwork),
      `the subnetwork ${JSON.stringify(config.subnetwork)} is not a subnetwork's name`,
    ],
    [
      config.internalIpv6Subnetwork === config.subnetwork || label.test(config.internalIpv6Subnetwork),
      `the subnetwork ${JSON.stringify(config.internalIpv6Subnetwork)} is not a subnetwork's name`,
    ],
    [/^[a-z][-a-z0-9]{0,19}$/.test(config.namePrefix), 'the name prefix must be 1 to 20 letters, digits and dashes'],
    ...(config.backends.kind === 'existing'
      ? config.backends.groups.map((group): readonly [boolean, string] => [
          /^[-a-z0-9]+\/[-a-z0-9]+$/.test(group),
          `the instance group ${JSON.stringify(group)} must be given as ZONE/NAME`,
        ])
      : []),
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}
