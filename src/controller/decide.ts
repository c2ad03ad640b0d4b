import { asPorticoError, type PorticoError } from '../errors.ts';
import { isOptionKey } from '../model/annotations.ts';
import type { Service } from '../model/service.ts';
import { type ServiceIntent, serviceIntent, type Surroundings } from '../model/service-intent.ts';
import { conditionIn } from './conditions.ts';
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
 * A Service that no longer is of our type and class is cleaned up when it carries our condition, which is written together
 * with the finalizer; and, when we serve Services without a class, when it carries the finalizer at all. The finalizer's
 * name is shared by all controllers, so of another class it may be somebody else's.
 */
export function demand({ metadata, spec, status }: Service, claims: ClassRule): 'serve' | 'clean' | 'ignore' {
  const held = metadata.finalizers.includes(finalizer);
  const balanced = spec.type === 'LoadBalancer';
  if (balanced && claims(spec.loadBalancerClass)) {
    if (metadata.deletionTimestamp === null) return 'serve';
    return held ? 'clean' : 'ignore';
  }
  const marked = conditionIn(status.conditions) !== undefined;
  if (marked) return 'clean';
  return held && !balanced && claims(null) ? 'clean' : 'ignore';
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

/** All of a Service that can change what is done about it, as one text; blind to the order of its ports and ranges. */
export function footprint({ metadata, spec, status }: Service): string {
  const annotations = Object.entries(metadata.annotations)
    .filter(([key]) => isOptionKey(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    metadata.uid,
    metadata.deletionTimestamp !== null,
    metadata.finalizers.includes(finalizer),
    annotations,
    {
      ...spec,
      ports: spec.ports
        .map(({ name = '', protocol = 'TCP', port, nodePort = 0 }) => [port, protocol, nodePort, name].join('/'))
        .toSorted(),
      loadBalancerSourceRanges: spec.loadBalancerSourceRanges.toSorted(),
    },
    status.ingress,
    conditionIn(status.conditions) ?? null,
  ]);
}
