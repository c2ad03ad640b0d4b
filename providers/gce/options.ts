import type { LoadBalancerIntent } from '../../src/model/intent.ts';
import type { AddressSpec, Tier } from './kinds/address.ts';

/** What only Google Cloud knows of a Service's wishes, from the options table. */
export interface GceOptions {
  readonly tier: Tier;
  readonly globalAccess: boolean;
  /** Name of the subnetwork for the balancer's addresses; null: the one of the nodes. */
  readonly subnetwork: string | null;
  /** Names of rules to take the place of, IPv4 first. */
  readonly adopt: readonly string[];
  readonly keep: AddressSpec['keep'];
  readonly labels: Readonly<Record<string, string>>;
  readonly drainingSeconds: number | null;
  readonly weights: 'none' | 'pods-per-node';
  /** Whether clients may reach the nodePorts at the nodes' own addresses. */
  readonly nodePortFirewall: boolean;
}

export function gceOptions({ options }: LoadBalancerIntent): GceOptions {
  const { subnet, labels } = { subnet: options['subnet'], labels: options['resource-labels'] };
  const draining = options['connection-draining'];
  return {
    tier: options['network-tier'] === 'standard' ? 'STANDARD' : 'PREMIUM',
    adopt: typeof options['adopt'] === 'string' ? options['adopt'].split(',') : [],
    keep: options['address-policy'] === 'hold' ? 'held' : 'reserved',
    globalAccess: options['global-access'] === true,
    subnetwork: typeof subnet === 'string' && subnet !== '' ? subnet : null,
    labels: typeof labels === 'object' && !Array.isArray(labels) ? { ...(labels as GceOptions['labels']) } : {},
    drainingSeconds: typeof draining === 'number' ? draining : null,
    nodePortFirewall: options['node-port-firewall'] === true,
    weights: options['weights'] === 'pods-per-node' ? 'pods-per-node' : 'none',
  };
}
