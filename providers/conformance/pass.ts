import { type Applied, apply } from '../../src/graph/apply.ts';
import { type Plan, plan } from '../../src/graph/plan.ts';
import { emptyGraph, type Graph } from '../../src/graph/resource.ts';
import type { Owner } from '../../src/model/owner.ts';
import { nothingSticky, type Observation, type Reconcilable, type Sticky } from '../../src/provider.ts';

export interface Pass {
  readonly target: Graph;
  readonly plan: Plan;
  readonly applied: Applied;
  readonly after: Observation;
}

export interface PassOptions {
  readonly signal: AbortSignal;
  /** How many steps may run at once. */
  readonly width: number;
}

/** One pass as the controller makes it, with consent to every risk. `null` wants nothing. Throws what `observe` throws. */
export async function pass<Intent>(
  side: Reconcilable<Intent>,
  owner: Owner,
  intent: Intent | null,
  { signal, width }: PassOptions,
): Promise<Pass> {
  const desired = (sticky: Sticky): Graph => (intent === null ? emptyGraph : side.desired(intent, sticky));
  const before = await side.observe(owner, desired(nothingSticky).keys(), signal);
  const target = desired(before.sticky);
  const steps = plan(target, before.graph, side.policies);
  const applied = await apply(steps, (step) => side.execute(step, owner, signal), { width, signal });
  const after = await side.observe(owner, target.keys(), signal);
  return { target, plan: steps, applied, after };
}
