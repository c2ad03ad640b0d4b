import type { PoliciesOf } from '../../../src/graph/plan.ts';
import type { CollectionName } from '../compute/calls.ts';
import { address, type AddressSpec } from './address.ts';
import { type AdoptedRuleSpec, adoptedRulePolicy } from './adopted-rule.ts';
import { backendService, type BackendServiceSpec } from './backend-service.ts';
import { endpointGroup, type EndpointGroupSpec } from './endpoint-group.ts';
import { firewall, type FirewallSpec } from './firewall.ts';
import { forwardingRule, type ForwardingRuleSpec } from './forwarding-rule.ts';
import { healthCheck, type HealthCheckSpec } from './health-check.ts';
import { instanceGroup, type InstanceGroupSpec } from './instance-group.ts';
import type { Kind } from './kind.ts';
import { requestedAddressPolicy, type RequestedAddressSpec } from './requested-address.ts';

/** The kinds that are kept in the cloud, by their name in the graph. */
export const kinds = {
  address,
  'health-check': healthCheck,
  'backend-service': backendService,
  'forwarding-rule': forwardingRule,
  firewall,
  'instance-group': instanceGroup,
  'endpoint-group': endpointGroup,
} as const;

export type KindName = keyof typeof kinds;

export interface Specs {
  readonly address: AddressSpec;
  readonly 'requested-address': RequestedAddressSpec;
  readonly 'adopted-rule': AdoptedRuleSpec;
  readonly 'health-check': HealthCheckSpec;
  readonly 'backend-service': BackendServiceSpec;
  readonly 'forwarding-rule': ForwardingRuleSpec;
  readonly firewall: FirewallSpec;
  readonly 'instance-group': InstanceGroupSpec;
  readonly 'endpoint-group': EndpointGroupSpec;
}

export const policies: PoliciesOf<Specs> = {
  address: address.policy,
  'requested-address': requestedAddressPolicy,
  'adopted-rule': adoptedRulePolicy,
  'health-check': healthCheck.policy,
  'backend-service': backendService.policy,
  'forwarding-rule': forwardingRule.policy,
  firewall: firewall.policy,
  'instance-group': instanceGroup.policy,
  'endpoint-group': endpointGroup.policy,
};

export const isKind = (name: string): name is KindName => Object.hasOwn(kinds, name);

/** The kind of that name without the type of its spec, for what treats all kinds alike. */
export const kindOf = (name: KindName): Kind<object> => kinds[name] as unknown as Kind<object>;

export const kindNames = Object.keys(kinds) as readonly KindName[];

/** The kind that a collection keeps; undefined for those that keep none, such as operations. */
export const kindIn = (collection: CollectionName): KindName | undefined =>
  kindNames.find((name) => kinds[name].collection === collection);
