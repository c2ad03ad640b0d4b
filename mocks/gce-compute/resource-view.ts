import type { Document } from './json.ts';
import type { Site } from './kind.ts';
import { endpointsOf } from './kinds/network-endpoint-group.ts';
import { membersOf } from './members.ts';
import type { Entry, ResourceStore } from './resource-store.ts';

/** The fields that carry packets, typed: what a data plane reads. Field names are the API's. */
interface Named {
  readonly name: string;
  readonly id: string;
  readonly selfLink: string;
  readonly description?: string;
}

export interface ForwardingRule extends Named {
  readonly region?: string;
  readonly IPAddress: string;
  readonly IPProtocol: string;
  readonly loadBalancingScheme: string;
  readonly ports?: readonly string[];
  readonly portRange?: string;
  readonly allPorts?: boolean;
  readonly backendService?: string;
  readonly target?: string;
  readonly networkTier?: string;
  readonly network?: string;
  readonly subnetwork?: string;
  readonly allowGlobalAccess?: boolean;
  readonly ipVersion?: string;
  readonly sourceIpRanges?: readonly string[];
}

export interface Address extends Named {
  readonly address: string;
  readonly addressType: string;
  readonly status: string;
  readonly users?: readonly string[];
}

export interface FirewallEntry {
  readonly IPProtocol: string;
  readonly ports?: readonly string[];
}

export interface Firewall extends Named {
  readonly network: string;
  readonly direction: string;
  readonly priority: number;
  readonly disabled: boolean;
  readonly allowed?: readonly FirewallEntry[];
  readonly denied?: readonly FirewallEntry[];
  readonly sourceRanges?: readonly string[];
  readonly sourceTags?: readonly string[];
  readonly destinationRanges?: readonly string[];
  readonly targetTags?: readonly string[];
}

export interface BackendService extends Named {
  readonly region?: string;
  readonly protocol: string;
  readonly loadBalancingScheme: string;
  readonly sessionAffinity: string;
  readonly localityLbPolicy?: string;
  readonly healthChecks?: readonly string[];
  readonly backends?: readonly {
    readonly group: string;
    readonly balancingMode: string;
    readonly failover?: boolean;
  }[];
  readonly failoverPolicy?: {
    readonly failoverRatio?: number;
    readonly dropTrafficIfUnhealthy?: boolean;
    readonly disableConnectionDrainOnFailover?: boolean;
  };
  readonly connectionDraining: { readonly drainingTimeoutSec: number };
  readonly connectionTrackingPolicy?: {
    readonly trackingMode?: string;
    readonly idleTimeoutSec?: number;
    readonly connectionPersistenceOnUnhealthyBackends?: string;
    readonly enableStrongAffinity?: boolean;
  };
}

export interface ProbeTarget {
  readonly port?: number;
  readonly requestPath?: string;
  readonly host?: string;
  readonly request?: string;
  readonly response?: string;
  readonly portSpecification?: string;
}

export interface HealthCheck extends Named {
  readonly type: string;
  readonly checkIntervalSec: number;
  readonly timeoutSec: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly httpHealthCheck?: ProbeTarget;
  readonly httpsHealthCheck?: ProbeTarget;
  readonly tcpHealthCheck?: ProbeTarget;
}

export interface LegacyHealthCheck extends Named, ProbeTarget {
  readonly checkIntervalSec: number;
  readonly timeoutSec: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface TargetPool extends Named {
  readonly region: string;
  readonly sessionAffinity: string;
  readonly healthChecks?: readonly string[];
  readonly instances?: readonly string[];
}

export interface InstanceGroup extends Named {
  readonly zone: string;
  readonly size: number;
  /** Links of the members. */
  readonly members: readonly string[];
}

export interface NetworkEndpoint {
  readonly instance: string;
  readonly ipAddress: string;
  readonly port?: number;
}

export interface NetworkEndpointGroup extends Named {
  readonly zone: string;
  readonly networkEndpointType: string;
  readonly endpoints: readonly NetworkEndpoint[];
}

export interface Instance extends Named {
  readonly zone: string;
  readonly status: string;
  readonly tags: { readonly items?: readonly string[] };
  readonly networkInterfaces: readonly {
    readonly network: string;
    readonly subnetwork?: string;
    readonly networkIP: string;
  }[];
}

/** Each call takes a fresh picture; resources under creation are left out: they carry no packets yet. */
export interface ResourceView {
  readonly forwardingRules: () => readonly ForwardingRule[];
  readonly addresses: () => readonly Address[];
  readonly firewalls: () => readonly Firewall[];
  readonly backendServices: () => readonly BackendService[];
  readonly healthChecks: () => readonly HealthCheck[];
  readonly httpHealthChecks: () => readonly LegacyHealthCheck[];
  readonly targetPools: () => readonly TargetPool[];
  readonly instanceGroups: () => readonly InstanceGroup[];
  readonly networkEndpointGroups: () => readonly NetworkEndpointGroup[];
  readonly instances: () => readonly Instance[];
  /** The resource of a key, as the list of its collection has it. */
  readonly find: (key: string) => Named | undefined;
}

/** What a GET does not show: the content of groups. */
const inside: Readonly<Record<string, (entry: Entry, site: Site) => Document>> = {
  instanceGroups: ({ body }, site) => ({ members: membersOf(body).map(site.link) }),
  networkEndpointGroups: ({ body }) => ({ endpoints: endpointsOf(body) }),
};

/** The store's resources in the shapes above, which the rules for each kind guarantee. */
export function createView(store: ResourceStore, site: Site): ResourceView {
  const show = (entry: Entry): Document => ({ ...site.show(entry), ...inside[entry.collection]?.(entry, site) });
  const ready = (collection: string): readonly unknown[] =>
    store
      .list(collection)
      .filter(({ phase }) => phase !== 'creating')
      .map(show);
  const view: { readonly [C in keyof ResourceView]: (key: string) => unknown } = {
    forwardingRules: () => ready('forwardingRules'),
    addresses: () => ready('addresses'),
    firewalls: () => ready('firewalls'),
    backendServices: () => ready('backendServices'),
    healthChecks: () => ready('healthChecks'),
    httpHealthChecks: () => ready('httpHealthChecks'),
    targetPools: () => ready('targetPools'),
    instanceGroups: () => ready('instanceGroups'),
    networkEndpointGroups: () => ready('networkEndpointGroups'),
    instances: () => ready('instances'),
    find: (key) => {
      const entry = store.get(key);
      return entry === undefined || entry.phase === 'creating' ? undefined : show(entry);
    },
  };
  return view as ResourceView;
}
