import type { NodeTarget } from './intent.ts';
import { fieldsOf, objectIn, objectsIn, textIn } from './json-fields.ts';
import { type ObjectMeta, readMeta } from './service.ts';

/** A Node reduced to what decides whether and how it carries traffic. Readiness is left to health checks. */
export interface Node {
  readonly metadata: ObjectMeta;
  readonly providerId: string;
  readonly taints: readonly string[];
}

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const autoscalerTaint = 'ToBeDeletedByClusterAutoscaler';
const zoneLabels = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'] as const;

/** A Node as the API server sends it, reduced from some ten kilobytes to what is read here. Throws `invalid` as `readService`. */
export function readNode(object: unknown): Node {
  const raw = fieldsOf(object);
  const meta = readMeta(objectIn(raw, 'metadata'));
  const spec = objectIn(raw, 'spec') ?? {};
  const kept = [excludeLabel, ...zoneLabels].flatMap((key) =>
    meta.labels[key] === undefined ? [] : [[key, meta.labels[key]] as const],
  );
  return {
    metadata: { ...meta, labels: Object.fromEntries(kept), annotations: {}, finalizers: [] },
    providerId: textIn(spec, 'providerID') ?? '',
    taints: (objectsIn(spec, 'taints') ?? []).flatMap(({ key }) => (key === autoscalerTaint ? [key] : [])),
  };
}

export type Eligibility =
  | { readonly kind: 'eligible'; readonly target: NodeTarget }
  /** Someone asked for it to be left out. */
  | { readonly kind: 'excluded'; readonly why: string }
  /** It should carry traffic, and cannot. */
  | { readonly kind: 'unusable'; readonly why: string };

/**
 * Whether the node belongs behind the cluster's balancers. `knownZone` is where it was seen last: a zone label that is
 * gone for a moment must not remove the node.
 */
export function eligibility(node: Node, knownZone?: string): Eligibility {
  const { metadata, providerId, taints } = node;
  if (metadata.deletionTimestamp !== null) return { kind: 'excluded', why: 'it is being deleted' };
  const exclude = metadata.labels[excludeLabel];
  if (exclude !== undefined && !isFalse(exclude)) return { kind: 'excluded', why: `it has the label ${excludeLabel}` };
  if (taints.includes(autoscalerTaint)) return { kind: 'excluded', why: `it has the taint ${autoscalerTaint}` };
  if (providerId === '') {
    return {
      kind: 'unusable',
      why: 'it has no spec.providerID, so that its machine is not known; check that the cloud provider of the kubelet or the cloud controller manager initialises nodes',
    };
  }
  const zone = zoneOf(node) ?? knownZone;
  if (zone === undefined) {
    return { kind: 'unusable', why: `its zone is not known; label it with ${zoneLabels[0]}` };
  }
  return { kind: 'eligible', target: { name: metadata.name, providerId, zone } };
}

/** The zone that the node's labels name, or its providerID where the cloud writes the zone there. */
export function zoneOf({ metadata, providerId }: Node): string | undefined {
  for (const label of zoneLabels) if (metadata.labels[label]) return metadata.labels[label];
  return /^(?:gce:\/\/[^/]+|aws:\/\/)\/([^/]+)\/[^/]+$/.exec(providerId)?.[1];
}

/** As Go's strconv.ParseBool, which the cloud controllers use; what it cannot parse counts as set. */
const isFalse = (text: string): boolean => ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text);
