import { PorticoError } from '../errors.ts';
import { type Change, differences } from './diff.ts';
import { readiness } from './readiness.ts';
import { dependencyOrder, type Graph, type Resource, type ResourceId, refsOf, usersOf } from './resource.ts';

/** What a difference in a field leads to. Exhaustive over the spec: a new field without a policy does not compile. */
export type FieldPolicy<S> = { readonly [F in keyof S]-?: 'update' | 'replace' };

/** What running a step can cost, worst last. */
export type Risk = 'none' | 'traffic' | 'address';

export interface KindPolicy<S = Readonly<Record<string, unknown>>> {
  readonly fields: FieldPolicy<S>;
  /** What is lost while, or because, a resource of this kind is gone. */
  readonly loses: Risk;
}

export type Policies = Readonly<Record<string, KindPolicy>>;

/** The policies for a map of kinds to specs: exhaustive, and usable as `Policies`. */
export type PoliciesOf<Kinds> = { readonly [K in keyof Kinds]: KindPolicy<Kinds[K]> };

export type StepId = `${Step['op']} ${ResourceId}`;

export interface Step {
  readonly id: StepId;
  readonly op: 'create' | 'update' | 'delete';
  /** As wanted for create and update; as observed for delete. */
  readonly resource: Resource;
  readonly changes: readonly Change[];
  readonly why: string;
  readonly risk: Risk;
  /** Steps of the same plan that must have succeeded before this one starts. */
  readonly after: readonly StepId[];
}

/** Plain JSON, and the same for the same inputs, whatever their order. Steps stand in an order that may be run. */
export interface Plan {
  readonly steps: readonly Step[];
}

type Verdict =
  | { readonly op: 'keep' }
  | { readonly op: 'create'; readonly why: string }
  | { readonly op: 'delete'; readonly why: string }
  | { readonly op: 'update'; readonly changes: readonly Change[] }
  | { readonly op: 'replace'; readonly changes: readonly Change[]; readonly why: string };

/**
 * What has to be done so that `observed` becomes `desired`.
 *
 * Guarantees: applied without failures, the plan of what is then observed is empty; no step runs while something it
 * needs is missing or something it removes is used; deletion is the plan towards the empty graph.
 */
export function plan(desired: Graph, observed: Graph, policies: Policies): Plan {
  const verdicts = new Map<ResourceId, Verdict>();
  for (const id of [...new Set([...desired.keys(), ...observed.keys()])].toSorted()) {
    verdicts.set(id, judge(desired.get(id), observed.get(id), policies));
  }
  spreadReplacement(verdicts, desired);
  return { steps: schedule(stepsOf(verdicts, desired, observed, policies)) };
}

/** Why a step deletes what nothing takes the place of. Deletions for a replacement say what makes it one. */
export const notWanted = 'no longer wanted';

function judge(want: Resource | undefined, have: Resource | undefined, policies: Policies): Verdict {
  if (!want) return { op: 'delete', why: notWanted };
  if (!have) return { op: 'create', why: 'missing' };
  const changes = differences(want.spec, have.spec);
  if (changes.length === 0) return { op: 'keep' };
  const { fields } = policyOf(want.kind, policies);
  const fixed = changes.filter((change) => fields[change.field] !== 'update').map((change) => change.field);
  if (fixed.length === 0) return { op: 'update', changes };
  return { op: 'replace', changes, why: `${fixed.join(', ')} cannot change in place` };
}

function policyOf(kind: string, policies: Policies): KindPolicy {
  const found = policies[kind];
  if (!found) throw new PorticoError('internal', `There is no policy for the kind ${kind}.`, { object: kind });
  return found;
}

/**
 * What stands on a replaced resource is replaced with it, directly or not. The closure runs over *desired* references
 * and passes through creates: spread along observed references, or stopped at a create, it gives plans with cycles.
 */
function spreadReplacement(verdicts: Map<ResourceId, Verdict>, desired: Graph): void {
  const users = usersOf(desired);
  const queue = [...verdicts].filter(([, verdict]) => verdict.op === 'replace').map(([id]) => id);
  const seen = new Set<ResourceId>();
  for (const id of queue) {
    for (const user of users.get(id) ?? []) {
      if (seen.has(user)) continue;
      seen.add(user);
      queue.push(user);
      const verdict = verdicts.get(user);
      if (verdict?.op === 'keep' || verdict?.op === 'update') {
        const changes = verdict.op === 'update' ? verdict.changes : [];
        verdicts.set(user, { op: 'replace', changes, why: `${id} is replaced` });
      }
    }
  }
}

function stepsOf(
  verdicts: ReadonlyMap<ResourceId, Verdict>,
  desired: Graph,
  observed: Graph,
  policies: Policies,
): Step[] {
  const opOf = (id: ResourceId): Verdict['op'] => verdicts.get(id)?.op ?? 'keep';
  /** The step after which `id` is as wanted. */
  const settles = (id: ResourceId): StepId[] => {
    const op = opOf(id);
    if (op === 'create' || op === 'replace') return [`create ${id}`];
    return op === 'update' ? [`update ${id}`] : [];
  };
  /** The step after which the observed `id` no longer uses what is to go. It does not stay as it is: see `spreadReplacement`. */
  const releases = (id: ResourceId): StepId => (opOf(id) === 'update' ? `update ${id}` : `delete ${id}`);

  const steps: Step[] = [];
  for (const wanted of dependencyOrder(desired)) {
    const { id } = wanted;
    const verdict = verdicts.get(id);
    const needs = refsOf(wanted.spec).flatMap(settles);
    if (verdict?.op === 'create') {
      steps.push({
        id: `create ${id}`,
        op: 'create',
        resource: wanted,
        changes: [],
        why: verdict.why,
        risk: 'none',
        after: needs,
      });
    } else if (verdict?.op === 'replace') {
      const after: StepId[] = [`delete ${id}`, ...needs];
      steps.push({
        id: `create ${id}`,
        op: 'create',
        resource: wanted,
        changes: verdict.changes,
        why: verdict.why,
        risk: 'none',
        after,
      });
    } else if (verdict?.op === 'update') {
      steps.push({
        id: `update ${id}`,
        op: 'update',
        resource: wanted,
        changes: verdict.changes,
        why: 'differs',
        risk: 'none',
        after: needs,
      });
    }
  }

  /**
   * What the new one needs and what can be made beside the old: made first, so that nothing is taken down for something
   * that cannot come. What is replaced itself, or stands on such, can only follow.
   */
  const beside = (id: ResourceId): StepId[] =>
    refsOf(desired.get(id)?.spec).flatMap((need) => (opOf(need) === 'create' && !follows(need) ? settles(need) : []));
  const following = new Map<ResourceId, boolean>();
  const follows = (id: ResourceId): boolean => {
    const known = following.get(id);
    if (known !== undefined) return known;
    const found = refsOf(desired.get(id)?.spec).some((need) => opOf(need) === 'replace' || follows(need));
    following.set(id, found);
    return found;
  };

  const users = usersOf(observed);
  for (const id of [...observed.keys()].toSorted()) {
    const held = observed.get(id);
    const verdict = verdicts.get(id);
    if (!held || (verdict?.op !== 'delete' && verdict?.op !== 'replace')) continue;
    const after = [...(users.get(id) ?? []).map(releases), ...beside(id)];
    const risk = policyOf(held.kind, policies).loses;
    steps.push({ id: `delete ${id}`, op: 'delete', resource: held, changes: [], why: verdict.why, risk, after });
  }
  return steps;
}

/** A stable topological order: in waves, each in the order given. Linear in steps and edges. */
function schedule(steps: readonly Step[]): Step[] {
  const { first, finish } = readiness(steps);
  const out = [...first];
  for (const step of out) out.push(...finish(step));
  if (out.length < steps.length) {
    const scheduled = new Set(out);
    const stuck = steps.filter((step) => !scheduled.has(step)).map((step) => step.id);
    throw new PorticoError('internal', `The plan has a cycle: ${stuck.join(', ')}.`);
  }
  return out;
}
