import { asPorticoError, PorticoError } from '../errors.ts';
import { plan, type Plan } from '../graph/plan.ts';
import { emptyGraph, type Graph } from '../graph/resource.ts';
import type { ClusterIntent } from '../model/intent.ts';
import { meantKey } from '../model/meant-key.ts';
import { asIfCreated } from '../model/new-service.ts';
import { ownerLabel, type ServiceOwner } from '../model/owner.ts';
import { type Condition, keyOf, type Service } from '../model/service.ts';
import type { Options } from '../model/options.ts';
import type { Policy } from '../model/policy.ts';
import { ownerOf, portsError, type ServiceIntent, type Surroundings } from '../model/service-intent.ts';
import { nothingSticky, type Observation, type Provider } from '../provider.ts';
import { conditionIn, driftType } from './conditions.ts';
import { type ClassRule, decide, demand, stake } from './decide.ts';
import { asOf, fingerprintOf } from './drift.ts';
import type { Cluster } from './read-cluster.ts';
import { asksForAnotherAddress, restrain } from './restraint.ts';

/** What the controller would do about one Service, or about what all of them share. */
export interface Preview {
  /** `Service default/web`, or `cluster test`. */
  readonly subject: string;
  /** All steps towards what is asked for, those included that would be withheld. */
  readonly plan: Plan;
  /** Steps of the plan that the controller would not do. */
  readonly withheld: number;
  /** Everything there is and everything there will be; what is wanted wins. */
  readonly graph: Graph;
  /** Why the controller would do nothing, or not all of it. */
  readonly problem: PorticoError | undefined;
  /** Why nothing is wrong and yet nothing is done. */
  readonly note?: string;
}

/** What is looked at: everything, or the Services of these keys (`namespace/name`) alone. */
export type Selection = 'all' | readonly string[];

/**
 * The plans that the controller would carry out now, the shared one first, then Services by key. Reads and never writes.
 * The trouble of one Service stays its own; what keeps the cloud from being read at all rejects.
 */
export async function preview(
  provider: Provider,
  cluster: Cluster,
  claims: ClassRule,
  selection: Selection,
  signal: AbortSignal,
  defaults: Options = {},
): Promise<readonly Preview[]> {
  const engaged = cluster.services.filter((service) => demand(service, claims) !== 'ignore');
  const active = engaged.some((service) => stake(service, claims) === 'wants');
  const shared = await sharedPreview(provider, cluster, active, defaults, signal);
  const chosen = selection === 'all' ? engaged : selection.map((key) => named(cluster, key));
  const previews: Preview[] = [];
  for (const service of chosen.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const around = { cluster: cluster.id, zones: shared.zones, nodes: cluster.nodes, defaults };
    previews.push(await servicePreview(provider, claims, service, around, signal));
  }
  return selection === 'all' ? [shared.preview, ...previews] : previews;
}

/** What would be made for Services that do not exist yet, in an empty cloud with nodes in `zone`. Asks nobody. */
export function previewOfNew(
  provider: Provider,
  services: readonly Service[],
  cluster: string,
  zone: string,
  claims: ClassRule,
  defaults: Options = {},
): readonly Preview[] {
  return services.map((given) => {
    const service = asIfCreated(given);
    const owner = ownerOf(service, cluster);
    const node = { name: 'node', providerId: '', zone };
    const decision = decide(service, claims, { cluster, zones: [zone], nodes: [node], defaults });
    switch (decision.kind) {
      case 'wants':
        return withPorts(compare(provider, decision, nothingThere), service, decision);
      case 'invalid':
        return nothing(owner, decision.error);
      case 'ignore':
      case 'cleanup':
        return ignored(service, cluster);
      default:
        return decision satisfies never;
    }
  });
}

const nothingThere: Observation = {
  graph: emptyGraph,
  foreign: new Map(),
  sticky: nothingSticky,
  ingress: [],
};

function named({ services }: Cluster, key: string): Service {
  const found = services.find((service) => keyOf(service) === key);
  if (found) return found;
  const near = meantKey(key, services.map(keyOf));
  const hint = near === undefined ? '. `kubectl get services -A` lists those there are.' : `; did you mean ${near}?`;
  throw new PorticoError('not-found', `There is no Service ${key}${hint}`, { object: `Service ${key}` });
}

/** Why a Service is none of ours. */
function ignored(service: Service, cluster: string): Preview {
  const { type, loadBalancerClass } = service.spec;
  const why =
    type === 'LoadBalancer'
      ? `its class ${loadBalancerClass ?? '(none)'} is another controller's`
      : `its type is ${type}, which asks for no load balancer`;
  return { ...nothing(ownerOf(service, cluster)), note: `not served: ${why}` };
}

async function sharedPreview(
  { cluster: side }: Provider,
  { id, nodes }: Cluster,
  active: boolean,
  { policy = 'sync' }: Options,
  signal: AbortSignal,
): Promise<{ readonly preview: Preview; readonly zones: readonly string[] }> {
  const intent: ClusterIntent = { owner: { kind: 'cluster', cluster: id }, active, nodes };
  const { owner } = intent;
  const observed = await side.observe(owner, side.desired(intent, nothingSticky).keys(), signal);
  const target = side.desired(intent, observed.sticky);
  const full = plan(target, observed.graph, side.policies);
  const { withheld, error } = restrain(full, observed, ownerLabel(owner), { agreed: true, policy });
  return {
    preview: {
      subject: ownerLabel(owner),
      plan: full,
      withheld,
      graph: union(observed.graph, target),
      problem: error,
      ...restraintNote(policy),
    },
    zones: [...new Set([...nodes.map(({ zone }) => zone), ...observed.sticky.zones])].toSorted(),
  };
}

async function servicePreview(
  provider: Provider,
  claims: ClassRule,
  service: Service,
  around: Surroundings,
  signal: AbortSignal,
): Promise<Preview> {
  const owner = ownerOf(service, around.cluster);
  const decision = decide(service, claims, around);
  switch (decision.kind) {
    case 'wants': {
      const told = conditionIn(service.status.conditions, driftType);
      return withPorts(await wantedPreview(provider, decision, told, signal), service, decision);
    }
    case 'invalid':
      return nothing(owner, decision.error);
    case 'ignore':
      return ignored(service, around.cluster);
    case 'cleanup': {
      const { graph } = await provider.observe(owner, [], signal);
      const { retain } = decision;
      const stays = retain === 'nothing' ? undefined : provider.retention?.lasting(graph, retain);
      const removal = plan(stays ?? emptyGraph, graph, provider.policies);
      const withheld = decision.policy === 'sync' ? 0 : removal.steps.length;
      return { ...nothing(owner), plan: removal, withheld, graph, ...restraintNote(decision.policy) };
    }
    default:
      return decision satisfies never;
  }
}

async function wantedPreview(
  provider: Provider,
  wish: ServiceIntent,
  told: Condition | undefined,
  signal: AbortSignal,
): Promise<Preview> {
  const { owner } = wish.intent;
  const target = attempt(() => provider.desired(wish.intent, nothingSticky));
  if ('error' in target) return nothing(owner, target.error);
  try {
    const found = compare(provider, wish, await provider.observe(owner, target.graph.keys(), signal));
    const left = wish.drift !== 'repair' && found.plan.steps.length > 0 && asOf(told) === fingerprintOf(target.graph);
    if (!left) return found;
    const note = `nobody asked for this since all was as asked, and the policy for drift is ${wish.drift}: none of it is done`;
    return { ...found, withheld: found.plan.steps.length, note };
  } catch (thrown) {
    const error = asPorticoError(thrown);
    if (error.code === 'invalid') return nothing(owner, error);
    throw error;
  }
}

/** What the wish makes of what is there. */
function compare(
  { desired, policies, refuses }: Pick<Provider, 'desired' | 'policies' | 'refuses'>,
  { intent, allowAddressChange, policy }: ServiceIntent,
  observed: Observation,
): Preview {
  const { owner } = intent;
  const target = attempt(() => desired(intent, observed.sticky));
  if ('error' in target) return nothing(owner, target.error);
  const full = plan(target.graph, observed.graph, policies);
  const agreed = allowAddressChange || asksForAnotherAddress(intent, observed);
  const { withheld, error } = restrain(full, observed, ownerLabel(owner), { agreed, policy }, refuses);
  return {
    subject: ownerLabel(owner),
    plan: full,
    withheld,
    graph: union(observed.graph, target.graph),
    problem: error,
    ...(full.steps.length > 0 ? restraintNote(policy) : {}),
  };
}

/** A balancer that cannot serve all ports is one with a problem, though it is made. */
const withPorts = (found: Preview, service: Service, { unserved }: ServiceIntent): Preview => ({
  ...found,
  problem: found.problem ?? portsError(service, unserved),
});

/** Why a plan with which nothing is wrong is not, or not all, carried out. */
function restraintNote(policy: Policy): Pick<Preview, 'note'> {
  if (policy === 'sync') return {};
  return { note: `the policy is ${policy}: ${policy === 'observe' ? 'none of this' : 'no deletion'} is done` };
}

function attempt(make: () => Graph): { readonly graph: Graph } | { readonly error: PorticoError } {
  try {
    return { graph: make() };
  } catch (error) {
    return { error: asPorticoError(error) };
  }
}

const nothing = (owner: ServiceOwner, problem?: PorticoError): Preview => ({
  subject: ownerLabel(owner),
  plan: { steps: [] },
  withheld: 0,
  graph: emptyGraph,
  problem,
});

const union = (observed: Graph, wanted: Graph): Graph => new Map([...observed, ...wanted]);
