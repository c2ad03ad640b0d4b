import type { Step, StepId } from './plan.ts';

export interface Readiness {
  /** Steps that wait for nothing. */
  readonly first: readonly Step[];
  /** Call once for each finished step; gives the steps that waited only for it, in the order of the plan. */
  readonly finish: (step: Step) => readonly Step[];
}

/** Tells which steps may run as others finish. An `after` that names no step of the list is taken as finished. */
export function readiness(steps: readonly Step[]): Readiness {
  const followers = new Map<StepId, Step[]>(steps.map((step) => [step.id, []]));
  const missing = new Map<StepId, number>();
  for (const step of steps) {
    const needs = new Set(step.after.filter((id) => followers.has(id)));
    missing.set(step.id, needs.size);
    for (const need of needs) followers.get(need)?.push(step);
  }
  return {
    first: steps.filter((step) => missing.get(step.id) === 0),
    finish: (step) =>
      (followers.get(step.id) ?? []).filter((follower) => {
        const left = (missing.get(follower.id) ?? 0) - 1;
        missing.set(follower.id, left);
        return left === 0;
      }),
  };
}
