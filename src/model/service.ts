/** The parts of Kubernetes' ObjectMeta that Portico reads. */
export interface ObjectMeta {
  /** Empty for objects without a namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly deletionTimestamp: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly nodePort?: number;
}

export interface ServiceIngress {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ipMode?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** RFC 3339: since when the status is what it is. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A Service reduced to what decides about its balancer; everything else of it is never kept in memory. */
export interface Service {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly type: string;
    readonly loadBalancerClass: string | null;
    readonly loadBalancerIP: string | null;
    readonly loadBalancerSourceRanges: readonly string[];
    readonly ports: readonly ServicePort[];
    readonly externalTrafficPolicy: string;
    /** 0 when there is none. */
    readonly healthCheckNodePort: number;
    readonly sessionAffinity: string;
    /** Seconds; null when the Service does not say. */
    readonly affinityTimeout: number | null;
    readonly ipFamilies: readonly string[];
  };
  readonly status: {
    readonly ingress: readonly ServiceIngress[];
    readonly conditions: readonly Condition[];
  };
}

interface RawMeta {
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** kubectl's copy of the manifest: as big as the object, and nothing Portico reads. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export function readMeta(raw: RawMeta = {}): ObjectMeta {
  const { [lastApplied]: _dropped, ...annotations } = raw.annotations ?? {};
  return {
    namespace: raw.namespace ?? '',
    name: raw.name ?? '',
    uid: raw.uid ?? '',
    resourceVersion: raw.resourceVersion ?? '',
    deletionTimestamp: raw.deletionTimestamp ?? null,
    labels: raw.labels ?? {},
    annotations,
    finalizers: raw.finalizers ?? [],
  };
}

interface RawService {
  readonly metadata?: RawMeta;
  readonly spec?: {
    readonly type?: string;
    readonly loadBalancerClass?: string;
    readonly loadBalancerIP?: string;
    readonly loadBalancerSourceRanges?: readonly string[];
    readonly ports?: readonly ServicePort[];
    readonly externalTrafficPolicy?: string;
    readonly healthCheckNodePort?: number;
    readonly sessionAffinity?: string;
    readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
    readonly ipFamilies?: readonly string[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly ServiceIngress[] };
    readonly conditions?: readonly Condition[];
  };
}

/** A Service as the API server sends it, reduced. Labels are dropped: they decide nothing here. */
export function readService(object: unknown): Service {
  const raw = object as RawService;
  const spec = raw.spec ?? {};
  return {
    metadata: { ...readMeta(raw.metadata), labels: {} },
    spec: {
      type: spec.type ?? 'ClusterIP',
      loadBalancerClass: spec.loadBalancerClass ?? null,
      loadBalancerIP: spec.loadBalancerIP || null,
      loadBalancerSourceRanges: spec.loadBalancerSourceRanges ?? [],
      ports: (spec.ports ?? []).map(({ name, protocol, port, nodePort }) => ({
        port,
        ...(name === undefined ? {} : { name }),
        ...(protocol === undefined ? {} : { protocol }),
        ...(nodePort === undefined ? {} : { nodePort }),
      })),
      externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster',
      healthCheckNodePort: spec.healthCheckNodePort ?? 0,
      sessionAffinity: spec.sessionAffinity ?? 'None',
      affinityTimeout: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? null,
      ipFamilies: spec.ipFamilies ?? ['IPv4'],
    },
    status: {
      ingress: raw.status?.loadBalancer?.ingress ?? [],
      conditions: raw.status?.conditions ?? [],
    },
  };
}

/** The key of what a person calls `NAMESPACE/NAME`, or `NAME` in the namespace that they are in. */
export const keyIn = (namespace: string, name: string): string => (name.includes('/') ? name : `${namespace}/${name}`);

/** `namespace/name`, the key under which work is queued. */
export const keyOf = ({ metadata }: { readonly metadata: ObjectMeta }): string =>
  metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
