import { PorticoError } from '../errors.ts';
import { fieldsOf, type Fields, numberIn, objectIn, objectsIn, textIn, textMapIn, textsIn } from './json-fields.ts';

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
  readonly ports?: readonly IngressPort[];
}

/** One port of an ingress, as KEP-1435 has it: when one is told of, all are. */
export interface IngressPort {
  readonly port: number;
  readonly protocol: string;
  /** Why it is not served, as a qualified name. */
  readonly error?: string;
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

/** kubectl's copy of the manifest: as big as the object, and nothing Portico reads. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Throws `invalid` when a field is of a type that it cannot have. */
export function readMeta(raw: Fields = {}): ObjectMeta {
  const { [lastApplied]: _dropped, ...annotations } = textMapIn(raw, 'annotations') ?? {};
  return {
    namespace: textIn(raw, 'namespace') ?? '',
    name: textIn(raw, 'name') ?? '',
    uid: textIn(raw, 'uid') ?? '',
    resourceVersion: textIn(raw, 'resourceVersion') ?? '',
    deletionTimestamp: textIn(raw, 'deletionTimestamp') ?? null,
    labels: textMapIn(raw, 'labels') ?? {},
    annotations,
    finalizers: textsIn(raw, 'finalizers') ?? [],
  };
}

/**
 * A Service as the API server sends it, reduced. Labels are dropped: they decide nothing here. Throws `invalid` when a
 * field is of a type that it cannot have.
 */
export function readService(object: unknown): Service {
  const raw = fieldsOf(object);
  const spec = objectIn(raw, 'spec') ?? {};
  const status = objectIn(raw, 'status') ?? {};
  const clientIp = objectIn(objectIn(spec, 'sessionAffinityConfig') ?? {}, 'clientIP') ?? {};
  return {
    metadata: { ...readMeta(objectIn(raw, 'metadata')), labels: {} },
    spec: {
      type: textIn(spec, 'type') ?? 'ClusterIP',
      loadBalancerClass: textIn(spec, 'loadBalancerClass') ?? null,
      loadBalancerIP: textIn(spec, 'loadBalancerIP') || null,
      loadBalancerSourceRanges: textsIn(spec, 'loadBalancerSourceRanges') ?? [],
      ports: (objectsIn(spec, 'ports') ?? []).map(readPort),
      externalTrafficPolicy: textIn(spec, 'externalTrafficPolicy') ?? 'Cluster',
      healthCheckNodePort: numberIn(spec, 'healthCheckNodePort') ?? 0,
      sessionAffinity: textIn(spec, 'sessionAffinity') ?? 'None',
      affinityTimeout: numberIn(clientIp, 'timeoutSeconds') ?? null,
      ipFamilies: textsIn(spec, 'ipFamilies') ?? ['IPv4'],
    },
    status: {
      ingress: objectsIn(objectIn(status, 'loadBalancer') ?? {}, 'ingress') ?? [],
      conditions: (objectsIn(status, 'conditions') ?? []) as readonly unknown[] as readonly Condition[],
    },
  };
}

function readPort(raw: Fields): ServicePort {
  const [name, protocol, nodePort] = [textIn(raw, 'name'), textIn(raw, 'protocol'), numberIn(raw, 'nodePort')];
  const port = numberIn(raw, 'port');
  if (port === undefined) throw new PorticoError('invalid', 'A port of the Service has no field port.');
  return {
    port,
    ...(name === undefined ? {} : { name }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(nodePort === undefined ? {} : { nodePort }),
  };
}

/** The key of what a person calls `NAMESPACE/NAME`, or `NAME` in the namespace that they are in. */
export const keyIn = (namespace: string, name: string): string => (name.includes('/') ? name : `${namespace}/${name}`);

/** `namespace/name`, the key under which work is queued. */
export const keyOf = ({ metadata }: { readonly metadata: ObjectMeta }): string =>
  metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
