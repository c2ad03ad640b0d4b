import type { PoliciesOf } from '../../src/graph/plan.ts';
import type { Ref, SharedRef } from '../../src/graph/resource.ts';
import type { HealthProbe, IpFamily, Scheme } from '../../src/model/intent.ts';

/** `tcp/80`. */
export type PortSpec = `${'tcp' | 'udp'}/${number}`;

/** What a rule listens on: an address of our own, or one of a person's by its name or value. */
export type AddressSource = Ref<'address'> | { readonly named: string } | { readonly ip: string };

export interface AddressSpec {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  /** Null while the cloud has not chosen yet. */
  readonly ip: string | null;
}

export type HealthCheckSpec = HealthProbe;

export interface BackendServiceSpec {
  readonly scheme: Scheme;
  readonly healthCheck: Ref<'health-check'>;
  readonly groups: readonly SharedRef<'instance-group'>[];
  /** How long a client keeps its node, in seconds; null spreads every connection anew. */
  readonly affinitySeconds: number | null;
}

export interface ForwardingRuleSpec {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  readonly address: AddressSource;
  readonly ports: readonly PortSpec[];
  readonly backend: Ref<'backend-service'>;
}

export interface FirewallSpec {
  /** Null means every node of the cluster. */
  readonly destination: AddressSource | null;
  readonly ports: readonly PortSpec[] | 'all';
  readonly sources: readonly string[];
}

export interface InstanceGroupSpec {
  readonly zone: string;
  readonly nodes: readonly string[];
}

/** Kinds of a Service's graph. */
export interface ServiceKinds {
  readonly address: AddressSpec;
  readonly 'health-check': HealthCheckSpec;
  readonly 'backend-service': BackendServiceSpec;
  readonly 'forwarding-rule': ForwardingRuleSpec;
  readonly firewall: FirewallSpec;
}

/** Kinds of the graph that all Services share. */
export interface ClusterKinds {
  readonly 'instance-group': InstanceGroupSpec;
  readonly firewall: FirewallSpec;
}

export type Kind = keyof ServiceKinds | keyof ClusterKinds;

const firewallPolicy: PoliciesOf<ClusterKinds>['firewall'] = {
  fields: { destination: 'update', ports: 'update', sources: 'update' },
  loses: 'traffic',
};

export const servicePolicies: PoliciesOf<ServiceKinds> = {
  address: {
    fields: { scheme: 'replace', family: 'replace', ip: 'replace' },
    loses: 'address',
  },
  'health-check': {
    fields: {
      protocol: 'replace',
      port: 'update',
      path: 'update',
      intervalSeconds: 'update',
      timeoutSeconds: 'update',
      healthyThreshold: 'update',
      unhealthyThreshold: 'update',
    },
    loses: 'none',
  },
  'backend-service': {
    fields: { scheme: 'replace', healthCheck: 'update', groups: 'update', affinitySeconds: 'update' },
    loses: 'traffic',
  },
  'forwarding-rule': {
    fields: { scheme: 'replace', family: 'replace', address: 'replace', ports: 'replace', backend: 'update' },
    loses: 'traffic',
  },
  firewall: firewallPolicy,
};

export const clusterPolicies: PoliciesOf<ClusterKinds> = {
  'instance-group': { fields: { zone: 'replace', nodes: 'update' }, loses: 'traffic' },
  firewall: firewallPolicy,
};
