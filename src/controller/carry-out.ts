import { asPorticoError, PorticoError } from '../errors.ts';
import { apply } from '../graph/apply.ts';
import type { Plan } from '../graph/plan.ts';
import { sharedRefsOf } from '../graph/resource.ts';
import type { Owner } from '../model/owner.ts';
import { noSteps, type Outcome, type PassContext, type Stopwatch } from './pass.ts';
import { stepsThatLose } from './restraint.ts';
import type { ServiceWriter } from './service-writer.ts';

/** What is asked before an address is given up. */
export interface BeforeLoss {
  /** Once, before the first step of those that end with the loss. */
  readonly withdraw?: () => Promise<unknown>;
  readonly lastly?: () => Promise<unknown>;
}

/**
 * Applies the plan. A step that refers to the shared graph waits for what it needs of it. Before an address is given up,
 * and not before that can be done, it leaves the status, so that nobody is sent to it any more. `lastly` is asked right
 * before each step that gives one up, and stops it by rejecting.
 */
export async function carryOut(
  steps: Plan,
  owner: Owner,
  writer: ServiceWriter | undefined,
  context: PassContext,
  { withdraw, lastly }: BeforeLoss = {},
): Promise<Awaited<ReturnType<typeof apply>>> {
  const losing = stepsThatLose(steps);
  let withdrawn: Promise<unknown> | undefined;
  return apply(
    steps,
    async (step) => {
      if (losing.has(step.id)) await (withdrawn ??= withdraw?.());
      if (step.op !== 'delete') await context.shared.exist(sharedRefsOf(step.resource.spec), context.stop);
      if (step.risk === 'address') await lastly?.();
      const begun = context.clock.monotonic();
      for (const notice of await context.provider.execute(step, owner, context.kill)) writer?.tell(notice);
      const ms = Math.round(context.clock.monotonic() - begun);
      context.log('info', 'step done', { op: step.op, resource: step.resource.id, why: step.why, ms });
    },
    { width: context.width, signal: context.stop },
  );
}

/** Says on the Service why the pass failed, unless that passes by itself or the Service is out of date. */
export async function report(
  error: PorticoError,
  steps: Outcome['steps'],
  writer: ServiceWriter | undefined,
  watch: Stopwatch,
  ingress?: readonly { readonly ip?: string }[],
): Promise<Outcome> {
  try {
    await watch.time('status', async () => writer?.fail(error, ingress));
  } catch (refused) {
    // The pass is tried again for the first error anyway; that its report got lost changes nothing.
    return {
      result: error.code,
      error: asPorticoError(refused).code === 'aborted' ? asPorticoError(refused) : error,
      steps,
    };
  }
  return { result: error.code, error, steps };
}

export const allWithheld = ({ steps }: Plan): Outcome['steps'] => ({ ...noSteps, withheld: steps.length });

export const interrupted = (skipped: number): PorticoError | undefined =>
  skipped > 0 ? new PorticoError('aborted', 'Stopped before all steps were done.') : undefined;
