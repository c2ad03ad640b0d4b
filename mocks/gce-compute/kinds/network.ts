import { type Document, text } from '../json.ts';
import type { Kind } from '../kind.ts';

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
  quota: () => ['NETWORKS'],
};
