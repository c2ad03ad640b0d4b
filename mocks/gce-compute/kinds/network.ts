import { badRequest } from '../api-error.ts';
import { autoRange } from '../auto-ranges.ts';
import { type Document, text } from '../json.ts';
import type { Action, ActionRequest, Kind, Offspring, Site } from '../kind.ts';
import type { Entry } from '../resource-store.ts';

/** https://cloud.google.com/compute/docs/reference/rest/v1/networks/switchToCustomMode */
const switchToCustomMode: Action = {
  change: ({ entry }) => {
    if (entry.body['autoCreateSubnetworks'] !== true) throw badRequest('The network is already in custom mode.');
    return { ...entry.body, autoCreateSubnetworks: false };
  },
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/networks/getEffectiveFirewalls */
const effectiveFirewalls = ({ site, entry }: ActionRequest): Document => {
  const rules = site.list('firewalls').map(site.show);
  const firewalls = rules.filter((rule) => text(rule, 'network') === site.link(entry.key));
  return firewalls.length === 0 ? {} : { firewalls };
};

/** In auto mode each region has a subnetwork. Those of `default` have both families, so that a lab needs no set-up. */
const offspring = ({ name, body, key }: Entry, site: Site): readonly Offspring[] => {
  if (body['autoCreateSubnetworks'] !== true) return [];
  const families = name === 'default' ? { stackType: 'IPV4_IPV6', ipv6AccessType: 'EXTERNAL' } : {};
  return site.regions.map((region) => ({
    collection: 'subnetworks',
    scope: { type: 'regions', name: region },
    body: { name, network: site.link(key), ipCidrRange: autoRange(region, site.regions), ...families },
  }));
};

export const network: Kind = {
  collection: 'networks',
  message: 'Network',
  noun: 'network',
  scopes: ['global'],
  outputs: ['gatewayIPv4', 'peerings', 'subnetworks', 'firewallPolicy'],
  mutable: ['routingConfig', 'mtu', 'networkFirewallPolicyEnforcementOrder', 'description'],
  references: [],
  complete: (body: Document) => ({
    mtu: 1460,
    routingConfig: { routingMode: 'REGIONAL' },
    networkFirewallPolicyEnforcementOrder: 'AFTER_CLASSIC_FIREWALL',
    ...body,
    autoCreateSubnetworks: body['autoCreateSubnetworks'] ?? text(body, 'IPv4Range') === undefined,
  }),
  show: (entry, site) => {
    const subnetworks = site.list('subnetworks').filter(({ body }) => text(body, 'network') === site.link(entry.key));
    return subnetworks.length === 0 ? {} : { subnetworks: subnetworks.map(({ key }) => site.link(key)) };
  },
  actions: { switchToCustomMode, getEffectiveFirewalls: { answer: effectiveFirewalls } },
  offspring,
  quota: () => ['NETWORKS'],
};
