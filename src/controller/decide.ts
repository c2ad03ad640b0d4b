import { asPorticoError, type PorticoError } from '../errors.ts';
import { isOptionKey } from '../model/annotations.ts';
import type { Service } from '../model/service.ts';
import { type ServiceIntent, serviceIntent, type Surroundings } from '../model/service-intent.ts';
import { conditionIn, reservedType } from './conditions.ts';
import { finalizer } from './status.ts';

/** Whether Services of this `spec.loadBalancerClass` are ours; null is a Service that names no class. */
export type ClassRule = (loadBalancerClass: string | null) => boolean;

export const classIs =
  (own: string | null): ClassRule =>
  (asked) =>
    asked === own;

/**
 * Whether the Service is ours to serve, to clean up, or not ours at all.
 *
 * A Service of type LoadBalancer and of another class is another controller's, whatever is written on it: that may be the
 * condition and the finalizer of a Portico that serves this class. A class cannot change while the type stays. A Service
 * that is no balancer any more is cleaned up when it carries our condition, which is written together with the finalizer;
 * and, when we serve Services without a class, when it carries the finalizer at all, whose name all controllers share.
 */
export function demand({ metadata, spec, status }: Service, claims: ClassRule): 'serve' | 'clean' | 'ignore' {
  const held = metadata.finalizers.includes(finalizer);
  if (spec.type === 'LoadBalancer') {
    if (!claims(spec.loadBalancerClass)) return 'ignore';
    if (metadata.deletionTimestamp === null) return 'serve';
    return held ? 'clean' : 'ignore';
  }
  if (conditionIn(status.conditions) !== undefined) return 'clean';
  return held && claims(null) ? 'clean' : 'ignore';
}

export type Decision =
  | ({ readonly kind: 'wants' } & ServiceIntent)
  | { readonly kind: 'invalid'; readonly error: PorticoError }
  | { readonly kind: 'cleanup' }
  | { readonly kind: 'ignore' };

/** What is to be done about a Service; undefined is one that is gone. Pure. */
export function decide(service: Service | undefined, claims: ClassRule, around: Surroundings): Decision {
  if (!service) return { kind: 'ignore' };
  const asked = demand(service, claims);
  if (asked === 'ignore') return { kind: 'ignore' };
  if (asked === 'clean') return { kind: 'cleanup' };
  try {
    return { kind: 'wants', ...serviceIntent(service, around) };
  } catch (error) {
    return { kind: 'invalid', error: asPorticoError(error) };
  }
}

/** All that a Service asks of us, as one text; blind to the order of its ports and ranges. */
export function asks({ metadata, spec }: Service): string {
  const annotations = Object.entries(metadata.annotations)
    .filter(([key]) => isOptionKey(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    metadata.uid,
    metadata.deletionTimestamp !== null,
    annotations,
    {
      ...spec,
      ports: spec.ports
        .map(({ name = '', protocol = 'TCP', port, nodePort = 0 }) => [port, protocol, nodePort, name].join('/'))
        .toSorted(),
      loadBalancerSourceRanges: spec.loadBalancerSourceRanges.toSorted(),
    },
  ]);
}

/** All that we keep written on a Service, as one text. */
export const says = ({ metadata, status }: Service): string =>
  JSON.stringify([
    metadata.finalizers.includes(finalizer),
    status.ingress,
    conditionIn(status.conditions) ?? null,
    conditionIn(status.conditions, reservedType) ?? null,
  ]);
