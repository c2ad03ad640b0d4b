import { reconcileCluster } from './cluster-pass.ts';
import { contained, finish, type PassContext, stopwatch, surroundings } from './pass.ts';

/** Passes over the shared graph. When one changed what Services go by, they are queued; the function never rejects. */
export function clusterWork(context: PassContext, isSettled: (key: string) => boolean): (key: string) => Promise<void> {
  let around: string | undefined;
  let failed = false;
  return async (key) => {
    const watch = stopwatch(context.clock);
    context.observer.nodes(context.nodes().length);
    const outcome = await contained(() => reconcileCluster(context, watch));
    finish('cluster', key, outcome, watch, context);

    const now = surroundings(context);
    const moved = around !== undefined && around !== now;
    const mended = failed && outcome.error === undefined;
    around = now;
    failed = outcome.error !== undefined;
    if (!moved && !mended) return;
    for (const each of context.engaged) if (moved || !isSettled(each)) context.queues.services.add(each);
  };
}
