import { asPorticoError, type PorticoError } from '../errors.ts';
import type { Plan, Step } from './plan.ts';
import { readiness } from './readiness.ts';

export interface FailedStep {
  readonly step: Step;
  readonly error: PorticoError;
}

/** Every step of the plan is in exactly one of the three. */
export interface Applied {
  readonly done: readonly Step[];
  readonly failed: readonly FailedStep[];
  /** Not started: something they need failed, or the signal was aborted. */
  readonly skipped: readonly Step[];
}

export interface ApplyOptions {
  /** How many steps may run at once, at least 1. */
  readonly width: number;
  /** Once aborted no further step starts; running ones get the signal and are waited for. */
  readonly signal: AbortSignal;
}

/**
 * Runs the plan: each step once all it comes after has succeeded, independent ones in parallel. A failed branch is not
 * fed further, the others go on. Never throws, and returns only when nothing is running any more.
 */
export async function apply(
  plan: Plan,
  execute: (step: Step, signal: AbortSignal) => Promise<unknown>,
  { width, signal }: ApplyOptions,
): Promise<Applied> {
  const { first, finish } = readiness(plan.steps);
  const ready = [...first];
  const done: Step[] = [];
  const failed: FailedStep[] = [];
  const lanes = new Set<Promise<void>>();
  let started = 0;

  /** Runs ready steps one after the other until none is left; more may become ready while others run. */
  const lane = async (): Promise<void> => {
    for (let step = ready[started]; step && !signal.aborted; step = ready[started]) {
      started += 1;
      try {
        await execute(step, signal);
      } catch (error) {
        failed.push({ step, error: asPorticoError(error) });
        continue;
      }
      done.push(step);
      ready.push(...finish(step));
      openLanes();
    }
  };
  const openLanes = (): void => {
    const idle = ready.length - started;
    for (let index = 0; index < idle && lanes.size < Math.max(1, width); index += 1) {
      const running = Promise.resolve()
        .then(lane)
        .finally(() => lanes.delete(running));
      lanes.add(running);
    }
  };

  openLanes();
  while (lanes.size > 0) await Promise.race(lanes);

  const begun = new Set(ready.slice(0, started));
  return { done, failed, skipped: plan.steps.filter((step) => !begun.has(step)) };
}
