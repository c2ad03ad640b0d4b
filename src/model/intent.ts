import type { ClusterOwner, ServiceOwner } from './owner.ts';

export type IpFamily = 'ipv4' | 'ipv6';
export type Protocol = 'tcp' | 'udp';
/** Whether clients come from the internet or from the cloud's own networks. */
export type Scheme = 'external' | 'internal';

/** One port of the Service. */
export interface Listener {
  readonly name: string;
  readonly protocol: Protocol;
  /** The port clients connect to, on the balancer's address. */
  readonly port: number;
  /** The port on every node; null when the Service asked for none. */
  readonly nodePort: number | null;
}

/** What is asked of each node to learn whether it may get traffic. Times in seconds, thresholds in probes. */
export interface HealthProbe {
  readonly protocol: 'tcp' | 'http';
  readonly port: number;
  /** Only for `http`. */
  readonly path: string | null;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** A node that may carry the cluster's traffic, reduced to what clouds need. */
export interface NodeTarget {
  readonly name: string;
  /** `spec.providerID`: how the cloud knows the machine, e.g. `gce://project/zone/name`. */
  readonly providerId: string;
  readonly zone: string;
}

export type RequestedAddress =
  | { readonly kind: 'any' }
  /** A static address that the Service's owner holds; used, never deleted. */
  | { readonly kind: 'ip'; readonly ip: string }
  | { readonly kind: 'name'; readonly name: string };

/**
 * What one Service asks of a cloud, free of Kubernetes types and the same for every cloud. Lists are sorted and without
 * duplicates, so that equal wishes are equal values.
 */
export interface LoadBalancerIntent {
  readonly owner: ServiceOwner;
  /** `none`: a NodePort Service, for which at most the way to its nodePorts is opened. Left out: it wants a balancer. */
  readonly balancer?: 'none';
  readonly scheme: Scheme;
  readonly families: readonly IpFamily[];
  readonly listeners: readonly Listener[];
  /** `local`: only nodes with a ready pod get connections, and the pod sees the client's address. */
  readonly trafficPolicy: 'cluster' | 'local';
  readonly health: HealthProbe;
  readonly affinity: { readonly kind: 'none' } | { readonly kind: 'client-ip'; readonly timeoutSeconds: number };
  /** CIDRs that may connect, per family. An empty list admits nobody of that family. */
  readonly sourceRanges: Readonly<Record<IpFamily, readonly string[]>>;
  readonly address: RequestedAddress;
  /** Zones in which the shared graph holds the cluster's nodes. */
  readonly zones: readonly string[];
  readonly nodes: readonly NodeTarget[];
  /** Parsed options that only some clouds know, by name of the options table. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

export type OptionValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

/** What all Services of a cluster need together. */
export interface ClusterIntent {
  readonly owner: ClusterOwner;
  /** Whether any Service wants a balancer; if none does, the shared graph is empty. */
  readonly active: boolean;
  readonly nodes: readonly NodeTarget[];
}
