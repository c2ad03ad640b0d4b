import { badRequest } from '../api-error.ts';
import { type Document, text } from '../json.ts';
import type { Action, ActionRequest, Kind } from '../kind.ts';

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
  quota: () => ['NETWORKS'],
};
