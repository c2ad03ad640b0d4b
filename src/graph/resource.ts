import { PorticoError } from '../errors.ts';

/** A resource is addressed by kind and name; the pair is unique inside one graph. */
export type ResourceId<K extends string = string> = `${K}/${string}`;

/** A reference from a spec to another resource of the same graph: the only way to depend on something. */
export interface Ref<K extends string = string> {
  readonly $ref: ResourceId<K>;
}

/**
 * A reference into the graph that all Services share (an instance group, say). It orders nothing inside one plan:
 * whoever applies the plan waits until the shared graph has it.
 */
export interface SharedRef<K extends string = string> {
  readonly $shared: ResourceId<K>;
}

export interface Resource<K extends string = string, S extends object = object> {
  readonly id: ResourceId<K>;
  readonly kind: K;
  readonly spec: S;
}

/** Resources by id. Specs are plain JSON values, references among them. */
export type Graph = ReadonlyMap<ResourceId, Resource>;

export const ref = <K extends string>(kind: K, name: string): Ref<K> => ({ $ref: `${kind}/${name}` });

export const sharedRef = <K extends string>(kind: K, name: string): SharedRef<K> => ({ $shared: `${kind}/${name}` });

export const resource = <K extends string, S extends object>(kind: K, name: string, spec: S): Resource<K, S> => ({
  id: `${kind}/${name}`,
  kind,
  spec,
});

/** `web` of `address/web`. */
export const nameOf = (id: ResourceId): string => id.slice(id.indexOf('/') + 1);

/** The graph of these resources. Two of one id are a defect of whoever made them. */
export function graph(resources: Iterable<Resource>): Graph {
  const out = new Map<ResourceId, Resource>();
  for (const each of resources) {
    if (out.has(each.id)) throw new PorticoError('internal', `The graph has ${each.id} twice.`, { object: each.id });
    out.set(each.id, each);
  }
  return out;
}

export const emptyGraph: Graph = new Map();

export const isRef = (value: unknown): value is Ref => typeof value === 'object' && value !== null && '$ref' in value;

export const isSharedRef = (value: unknown): value is SharedRef =>
  typeof value === 'object' && value !== null && '$shared' in value;

/** Every id of the same graph that a spec points at, each once, in the order of the spec. */
export function refsOf(spec: unknown): ResourceId[] {
  return [...new Set(collect(spec, (value) => (isRef(value) ? value.$ref : undefined)))];
}

/** Every id of the shared graph that a spec points at, each once. */
export function sharedRefsOf(spec: unknown): ResourceId[] {
  return [...new Set(collect(spec, (value) => (isSharedRef(value) ? value.$shared : undefined)))];
}

function collect(value: unknown, pick: (value: unknown) => ResourceId | undefined): ResourceId[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = pick(value);
  if (found !== undefined) return [found];
  return Object.values(value).flatMap((inner: unknown) => collect(inner, pick));
}

/** Ids of users by id of what they use, sorted. */
export function usersOf(g: Graph): ReadonlyMap<ResourceId, readonly ResourceId[]> {
  const out = new Map<ResourceId, ResourceId[]>();
  for (const user of [...g.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const used of refsOf(user.spec)) {
      const users = out.get(used);
      if (users) users.push(user.id);
      else out.set(used, [user.id]);
    }
  }
  return out;
}

/**
 * Dependencies first, ties by id. A cycle, or a reference to something outside the graph, is a defect of the provider
 * and throws `internal`.
 */
export function dependencyOrder(g: Graph): Resource[] {
  const state = new Map<ResourceId, 'open' | 'closed'>();
  const out: Resource[] = [];
  for (const root of [...g.keys()].toSorted()) {
    const stack: { readonly id: ResourceId; readonly refs: ResourceId[] }[] = [];
    const enter = (id: ResourceId, from: string): void => {
      const known = state.get(id);
      if (known === 'closed') return;
      if (known === 'open') throw new PorticoError('internal', `The graph has a cycle through ${id}.`, { object: id });
      const found = g.get(id);
      if (!found)
        throw new PorticoError('internal', `${from} refers to ${id}, which is not in the graph.`, { object: id });
      state.set(id, 'open');
      stack.push({ id, refs: refsOf(found.spec) });
    };
    enter(root, 'the graph');
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.refs.shift();
      if (next !== undefined) {
        enter(next, top.id);
        continue;
      }
      stack.pop();
      state.set(top.id, 'closed');
      const done = g.get(top.id);
      if (done) out.push(done);
    }
  }
  return out;
}
