import { asPorticoError, type PorticoError } from '../errors.ts';
import { isOptionKey, optionOf } from '../model/annotations.ts';
import { type OptionName, type Options, optionPrefix } from '../model/options.ts';
import { type Policy, stricter } from '../model/policy.ts';
import { keyOf, type Service } from '../model/service.ts';
import { type ServiceIntent, serviceIntent, type Surroundings } from '../model/service-intent.ts';
import type { Retained } from '../provider.ts';
import { conditionIn, conditionTypes, isNodePortsOpen } from './conditions.ts';
import { finalizer, finalizerOf, isBalancerFinalizer } from './status.ts';

/** Whether Services of this `spec.loadBalancerClass` are ours; null is a Service that names no class. */
export interface ClassRule {
  (loadBalancerClass: string | null): boolean;
  /** How messages name it. */
  readonly title: string;
  /** What holds a Service of ours until it is cleaned up. */
  readonly finalizer: string;
}

export const classIs = (own: string | null): ClassRule =>
  Object.assign((asked: string | null) => asked === own, {
    title: own === null ? 'Services without a class' : `class ${own}`,
    finalizer: finalizerOf(own),
  });

/**
 * Whether the Service is ours to serve, to clean up, or not ours at all.
 *
 * A Service of type LoadBalancer and of another class is another controller's, whatever is written on it, unless it has
 * the finalizer that only our class has. A Service that is no balancer any more is cleaned up by whoever holds it with a
 * finalizer. A condition without any was written where nothing was made, and anyone may take it away.
 */
export function demand({ metadata, spec, status }: Service, claims: ClassRule): 'serve' | 'clean' | 'ignore' {
  const held = metadata.finalizers.includes(claims.finalizer);
  const lives = metadata.deletionTimestamp === null;
  if (spec.type === 'LoadBalancer') {
    if (!claims(spec.loadBalancerClass)) return held && claims.finalizer !== finalizer ? 'clean' : 'ignore';
    return lives ? 'serve' : held ? 'clean' : 'ignore';
  }
  if (asksForNodePorts(spec.type, metadata.annotations) && claims(null) && lives) return 'serve';
  if (held) return 'clean';
  const stray = conditionIn(status.conditions) !== undefined && !metadata.finalizers.some(isBalancerFinalizer);
  return stray ? 'clean' : 'ignore';
}

/** Whether a NodePort Service asks for the way to its nodePorts to be opened; it names no class, having no balancer. */
const asksForNodePorts = (type: string, annotations: Readonly<Record<string, string>>): boolean =>
  type === 'NodePort' && !['', 'false'].includes((annotations[nodePortFirewall] ?? '').trim().toLowerCase());

const nodePortFirewall = `${optionPrefix}node-port-firewall` satisfies `${string}${OptionName}`;

const policyKey = `${optionPrefix}policy` satisfies `${string}${OptionName}`;

/**
 * What a Service means for the graph that all share: it wants it; it may still use it, so that nothing of it may go; or
 * neither.
 */
export function stake(service: Service, claims: ClassRule): 'wants' | 'keeps' | 'none' {
  const asked = demand(service, claims);
  if (asked === 'ignore') return 'none';
  if (asked === 'clean') return 'keeps';
  const held = service.metadata.finalizers.includes(claims.finalizer);
  // Nothing is made for a Service that is only looked at; what it has from before needs what it stands on.
  if (!held && service.metadata.annotations[policyKey]?.trim().toLowerCase() === 'observe') return 'none';
  if (service.spec.type === 'LoadBalancer') return 'wants';
  return held && !isNodePortsOpen(service.status.conditions) ? 'keeps' : 'none';
}

export type Decision =
  | ({ readonly kind: 'wants' } & ServiceIntent)
  | { readonly kind: 'invalid'; readonly error: PorticoError }
  | ({ readonly kind: 'cleanup' } & Leaving)
  | { readonly kind: 'ignore' };

/** What is to be done about a Service; undefined is one that is gone. Pure. */
export function decide(service: Service | undefined, claims: ClassRule, around: Surroundings): Decision {
  if (!service) return { kind: 'ignore' };
  const asked = demand(service, claims);
  if (asked === 'ignore') return { kind: 'ignore' };
  try {
    if (asked === 'clean') return { kind: 'cleanup', ...leaving(service, around.defaults) };
    return { kind: 'wants', ...serviceIntent(service, around) };
  } catch (error) {
    return { kind: 'invalid', error: asPorticoError(error) };
  }
}

/** What may become of all that an owner has. */
export interface Leaving {
  readonly policy: Policy;
  readonly retain: Retained | 'nothing';
}

/** Throws `invalid`: while what is to stay cannot be read, nothing goes. */
export function leaving(service: Service, defaults: Options = {}): Leaving {
  const of = <K extends OptionName>(name: K): Options[K] | undefined =>
    optionOf(name, service.metadata.annotations, `Service ${keyOf(service)}`);
  return { policy: stricter(defaults.policy, of('policy')), retain: of('retain') ?? 'nothing' };
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
    metadata.finalizers.filter(isBalancerFinalizer),
    status.ingress,
    conditionTypes.map((type) => conditionIn(status.conditions, type) ?? null),
  ]);
