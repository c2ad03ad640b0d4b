import type { Plan, Step, StepId } from './plan.ts';

export interface Withheld {
  readonly plan: Plan;
  /** The steps that were refused themselves. */
  readonly refused: readonly Step[];
  /** The steps that were taken out because they belong together with a refused one. */
  readonly dependent: readonly Step[];
}

/**
 * The plan without the steps that `refuse` names, and without whatever is connected with them, before or after: a rule
 * must not be deleted for a replacement that is then not made. Unconnected steps stay.
 */
export function withhold(plan: Plan, refuse: (step: Step) => boolean): Withheld {
  const refused = plan.steps.filter(refuse);
  if (refused.length === 0) return { plan, refused, dependent: [] };

  const neighbours = new Map<StepId, StepId[]>(plan.steps.map((step) => [step.id, []]));
  for (const step of plan.steps) {
    for (const before of step.after) {
      neighbours.get(before)?.push(step.id);
      neighbours.get(step.id)?.push(before);
    }
  }
  const out = new Set(refused.map((step) => step.id));
  for (const id of out) for (const next of neighbours.get(id) ?? []) out.add(next);

  return {
    plan: { steps: plan.steps.filter((step) => !out.has(step.id)) },
    refused,
    dependent: plan.steps.filter((step) => out.has(step.id) && !refused.includes(step)),
  };
}
