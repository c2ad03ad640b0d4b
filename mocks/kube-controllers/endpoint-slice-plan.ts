import { at, isObject, type Json, type JsonObject, listOf, sameJson, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';

/** Endpoints that share their ports, and so may share slices. */
export interface EndpointGroup {
  readonly ports: readonly JsonObject[];
  readonly endpoints: readonly JsonObject[];
}

export interface SliceContent {
  readonly ports: readonly JsonObject[];
  readonly endpoints: readonly JsonObject[];
}

export interface SlicePlan {
  readonly create: readonly SliceContent[];
  readonly update: readonly { readonly slice: KubeObject; readonly content: SliceContent }[];
  readonly remove: readonly KubeObject[];
}

const empty: SliceContent = { ports: [], endpoints: [] };

/**
 * What to write so that the slices of one Service and address family hold the desired endpoints, with few writes: what
 * a slice holds rightly stays where it is and in its order, free places of slices that are written anyway are filled
 * first, then the fullest slice with room for the rest, then new ones. One slice always remains, be it empty.
 */
export function planSlices(desired: readonly EndpointGroup[], existing: readonly KubeObject[], most = 100): SlicePlan {
  const groups = new Map(desired.map((group) => [portKey(group.ports), group]));
  const slicesOf = Map.groupBy(existing, (slice) => portKey(listOf(slice['ports'])));
  const create: SliceContent[] = [];
  const update: { slice: KubeObject; content: SliceContent }[] = [];
  const remove: KubeObject[] = [];
  for (const [key, slices] of slicesOf) if (!groups.has(key)) remove.push(...slices);
  for (const [key, group] of groups) {
    const plan = planGroup(group, slicesOf.get(key) ?? [], most);
    create.push(...plan.create);
    update.push(...plan.update);
    remove.push(...plan.remove);
  }
  return reusing(withPlaceholder({ create, update, remove }, existing));
}

function planGroup({ ports, endpoints }: EndpointGroup, slices: readonly KubeObject[], most: number): SlicePlan {
  const missing = new Map(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const kept = slices.map((slice) => {
    const before = listOf(slice['endpoints']).filter(isObject);
    const after = before.flatMap((endpoint) => {
      const key = endpointKey(endpoint);
      const wanted = missing.get(key);
      missing.delete(key);
      return wanted ? [wanted] : [];
    });
    return { slice, endpoints: after, changed: !sameJson(after, before) };
  });
  const rest = [...missing.values()];
  for (const each of kept) {
    if (!each.changed || each.endpoints.length === 0) continue;
    each.endpoints.push(...rest.splice(0, most - each.endpoints.length));
  }
  if (rest.length > 0) {
    const roomy = kept
      .filter((each) => each.endpoints.length + rest.length <= most && (each.endpoints.length > 0 || !each.changed))
      .toSorted((a, b) => b.endpoints.length - a.endpoints.length)[0];
    if (roomy) {
      roomy.endpoints.push(...rest.splice(0));
      roomy.changed = true;
    }
  }
  const create: SliceContent[] = [];
  while (rest.length > 0) create.push({ ports, endpoints: rest.splice(0, most) });
  return {
    create,
    update: kept
      .filter((each) => each.changed && each.endpoints.length > 0)
      .map((each) => ({ slice: each.slice, content: { ports, endpoints: each.endpoints } })),
    remove: kept.filter((each) => each.endpoints.length === 0).map((each) => each.slice),
  };
}

/** Where no slice would remain there is an empty one; where that is there already it is left alone. */
function withPlaceholder(plan: SlicePlan, existing: readonly KubeObject[]): SlicePlan {
  if (plan.create.length > 0 || plan.remove.length < existing.length) return plan;
  const [only] = plan.remove;
  const there = plan.remove.length === 1 && only && listOf(only['endpoints']).length === 0;
  if (there && listOf(only['ports']).length === 0) return { ...plan, remove: [] };
  return { ...plan, create: [empty] };
}

/** A slice that would go takes the content of one that would come. */
function reusing(plan: SlicePlan): SlicePlan {
  const shared = Math.min(plan.create.length, plan.remove.length);
  const create = plan.create.slice(0, plan.create.length - shared);
  const taken = plan.create.slice(plan.create.length - shared).toReversed();
  const moved = plan.remove.slice(0, shared).map((slice, index) => ({ slice, content: taken[index] ?? empty }));
  return { create, update: [...plan.update, ...moved], remove: plan.remove.slice(shared) };
}

/** Ports of a slice, told apart by all their fields. */
function portKey(ports: readonly Json[]): string {
  const keys = ports
    .filter(isObject)
    .map((port) => [port['name'] ?? '', port['protocol'] ?? '', port['port'] ?? '', port['appProtocol'] ?? '']);
  return JSON.stringify(keys.map((key) => JSON.stringify(key)).toSorted());
}

/** An endpoint stays the same one while its addresses and its pod do. */
function endpointKey(endpoint: JsonObject): string {
  const { addresses, targetRef } = endpoint;
  return JSON.stringify([listOf(addresses), textOf(at(targetRef, 'name')), textOf(at(targetRef, 'namespace'))]);
}
