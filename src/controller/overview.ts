import { errorCodes, errorRules, isTold } from '../errors.ts';
import { emptyGraph, type Graph } from '../graph/resource.ts';
import { keyOf, type Service } from '../model/service.ts';
import { ownerOf } from '../model/service-intent.ts';
import type { NodeHealth, Provider } from '../provider.ts';
import { type ConditionReason, conditionReasons } from './condition-reasons.ts';
import { conditionIn } from './conditions.ts';
import { type ClassRule, demand } from './decide.ts';

/** Reasons why a Service that is being deleted stays. */
const hindrances: ReadonlySet<string> = new Set(errorCodes.filter(isTold).map((code) => errorRules[code].reason));

/** Every word for where a Service stands: the reasons of our condition, and what is told before and without it. */
export const serviceStates: readonly string[] = [...Object.keys(conditionReasons), ...hindrances, 'Pending', 'Other'];

/** One Service as a person asks about it. */
export interface ServiceOverview {
  readonly service: Service;
  /** `namespace/name`. */
  readonly key: string;
  readonly addresses: readonly string[];
  /** One word: `Programmed`, `Pending` before the controller has said anything, `Deleting`, or why it waits. */
  readonly state: string;
  readonly why: string;
  /** Since when, RFC 3339; empty when not known. */
  readonly since: string;
  /** When something was last changed for it, RFC 3339; null when no Event tells. */
  readonly changed: string | null;
  /** The nodes behind it; undefined where the cloud does not tell. */
  readonly nodes: readonly NodeHealth[] | undefined;
  /** What it has in the cloud. */
  readonly graph: Graph;
}

/** What is told of the Services that are ours, sorted by key. Reads and never writes. */
export async function overview(
  provider: Provider,
  cluster: string,
  services: readonly Service[],
  claims: ClassRule,
  changes: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<readonly ServiceOverview[]> {
  const ours = services.filter((service) => demand(service, claims) !== 'ignore');
  return Promise.all(
    ours
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map(async (service) => {
        const owner = ownerOf(service, cluster);
        const { graph } = await provider.observe(owner, [], signal);
        const nodes = await nodesOf(service, graph, () => provider.health?.(owner, signal));
        return withHealth({ ...told(service), changed: changes.get(owner.uid) ?? null, nodes, graph });
      }),
  );
}

/** A Service that has no balancer has no nodes behind it. */
function nodesOf(
  { spec }: Service,
  graph: Graph,
  ask: () => Promise<readonly NodeHealth[] | undefined> | undefined,
): ReturnType<typeof ask> | readonly NodeHealth[] {
  if (spec.type !== 'LoadBalancer') return undefined;
  return graph.size === 0 ? [] : ask();
}

/** The condition knows nothing of the health of the nodes: that all is made does not mean that anybody answers. */
function withHealth(found: ServiceOverview): ServiceOverview {
  const { nodes = [], state, service, why } = found;
  if (state !== isProgrammed || nodes.length === 0 || nodes.some(({ healthy }) => healthy)) return found;
  const { namespace, name } = service.metadata;
  const which = nodes.length === 1 ? 'The only node fails' : `All ${nodes.length} nodes fail`;
  const look = `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${name}`;
  return {
    ...found,
    why: `${which} the health check, so nothing answers. Are there Pods that are ready? \`${look}\` ${why}`,
  };
}

const isProgrammed: ConditionReason = 'Programmed';

/** What the Service itself tells. Pure. */
export function told(service: Service): ServiceOverview {
  const { metadata, status } = service;
  const condition = conditionIn(status.conditions);
  const addresses = status.ingress.flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  const common = {
    service,
    key: keyOf(service),
    addresses,
    changed: null,
    nodes: undefined,
    graph: emptyGraph,
  };
  if (metadata.deletionTimestamp !== null) {
    const state = condition && hindrances.has(condition.reason) ? condition.reason : 'Deleting';
    return { ...common, state, why: condition?.message ?? '', since: metadata.deletionTimestamp };
  }
  if (!condition) {
    return { ...common, state: 'Pending', why: 'No controller has looked at it. Does `portico run` run?', since: '' };
  }
  return { ...common, state: condition.reason, why: condition.message, since: condition.lastTransitionTime };
}

/** How many of the Services are in which of `serviceStates`. A reason that somebody else wrote is `Other`. */
export function tally(services: Iterable<Service>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const service of services) {
    const { state } = told(service);
    const name = serviceStates.includes(state) ? state : 'Other';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
