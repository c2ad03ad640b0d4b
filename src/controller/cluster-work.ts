import { reconcileCluster } from './cluster-pass.ts';
import { contained, contextOf, finish, type PassContext, stopwatch, surroundings } from './pass.ts';

/** Passes over the shared graph. When one changed what Services go by, they are queued; the function never rejects. */
export function clusterWork(context: PassContext, isSettled: (key: string) => boolean): (key: string) => Promise<void> {
  let around: string | undefined;
  let failed = false;
  let serial = 0;
  /** What the last pass that left nothing to do went by. */
  let settled: string | undefined;
  return async (key) => {
    const watch = stopwatch(context.clock);
    const own = contextOf(context, { cluster: key, reconcile: (serial += 1) });
    context.observer.nodes(context.nodes().length);
    const basis = JSON.stringify([context.engaged.stake, context.nodes()]);
    const outcome = await contained(() => reconcileCluster(own, watch));
    const { done, failed: broken, skipped } = outcome.steps;
    if (basis === settled && done + broken + skipped > 0)
      context.observer.drifted('cluster', 'repaired', done + broken + skipped);
    settled = outcome.error || outcome.lookAgainMs !== undefined ? undefined : basis;
    finish('cluster', key, outcome, watch, own);

    const now = surroundings(context);
    const moved = around !== undefined && around !== now;
    const mended = failed && outcome.error === undefined;
    around = now;
    failed = outcome.error !== undefined;
    if (!moved && !mended) return;
    for (const each of context.engaged) if (moved || !isSettled(each)) context.queues.services.add(each);
  };
}
