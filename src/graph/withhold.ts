import type { Plan, Step, StepId } from './plan.ts';

export interface Withheld {
  readonly plan: Plan;
  /** The steps that were refused themselves. */
  readonly refused: readonly Step[];
}

/**
 * The plan without the steps that `refuse` names, without what waits for them, and without
 *
 * - the deletion of what is then not made again: nothing goes for a replacement that does not come;
 * - what would take its users off a resource whose deletion was refused: it stays in use, and so do they.
 *
 * Everything else goes on, and can be run: it needs nothing that was taken out, and removes nothing that is still used.
 */
export function withhold(plan: Plan, refuse: (step: Step) => boolean): Withheld {
  const refused = plan.steps.filter(refuse);
  if (refused.length === 0) return { plan, refused };

  const byId = new Map<StepId, Step>(plan.steps.map((step) => [step.id, step]));
  const followers = new Map<StepId, Step[]>(plan.steps.map((step) => [step.id, []]));
  for (const step of plan.steps) for (const before of step.after) followers.get(before)?.push(step);

  const out = new Set(refused);
  for (const step of out) {
    // The steps before a deletion free the resource for it.
    if (step.op === 'delete') for (const id of step.after) addTo(out, byId.get(id));
  }
  for (const step of out) {
    for (const follower of followers.get(step.id) ?? []) out.add(follower);
    addTo(out, byId.get(`delete ${step.resource.id}`));
  }
  return { plan: { steps: plan.steps.filter((step) => !out.has(step)) }, refused };
}

const addTo = (steps: Set<Step>, step: Step | undefined): void => {
  if (step) steps.add(step);
};
