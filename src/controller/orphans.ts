import { asPorticoError, PorticoError } from '../errors.ts';
import { apply, type Applied } from '../graph/apply.ts';
import { plan, type Plan } from '../graph/plan.ts';
import { emptyGraph } from '../graph/resource.ts';
import { ownerKey, ownerLabel, type ServiceOwner } from '../model/owner.ts';
import type { Service } from '../model/service.ts';
import type { Provider } from '../provider.ts';

/** A Service that does not exist any more, and what it still holds in the cloud. */
export interface Orphan {
  readonly owner: ServiceOwner;
  /** The removal of all it holds, in an order that the cloud accepts. */
  readonly removal: Plan;
  /** When the oldest of it was made, in milliseconds since the epoch; null when the cloud does not tell. */
  readonly since: number | null;
}

/**
 * Who of this cluster holds something without being there. The cloud is read before the Services, so that a Service made
 * in between is never taken for gone; `services` must give all there are, or reject.
 */
export async function findOrphans(
  provider: Provider,
  cluster: string,
  services: () => Promise<readonly Service[]>,
  signal: AbortSignal,
): Promise<readonly Orphan[]> {
  const owners = await provider.owners(cluster, signal);
  const alive = new Set((await services()).map(({ metadata }) => metadata.uid));
  const orphans: Orphan[] = [];
  for (const owner of owners) {
    if (owner.kind === 'cluster' || alive.has(owner.uid)) continue;
    const { graph, since } = await provider.observe(owner, [], signal);
    const removal = plan(emptyGraph, graph, provider.policies);
    if (removal.steps.length > 0) orphans.push({ owner, removal, since: since ?? null });
  }
  return orphans.toSorted((a, b) => (ownerLabel(a.owner) < ownerLabel(b.owner) ? -1 : 1));
}

/** Removes what the orphan holds; rejects with why anything of it is left. */
export async function removeOrphan(
  provider: Provider,
  { owner, removal }: Orphan,
  width: number,
  signal: AbortSignal,
): Promise<void> {
  const applied: Applied = await apply(
    removal,
    async (step) => {
      await provider.execute(step, owner, signal);
    },
    { width, signal },
  );
  const [failed] = applied.failed;
  if (failed) throw asPorticoError(failed.error);
  if (applied.skipped.length > 0) throw new PorticoError('aborted', 'Stopped before all was removed.');
  const { graph } = await provider.observe(owner, [], signal);
  if (graph.size > 0) {
    throw new PorticoError('in-use', `${ownerKey(owner)} still holds ${[...graph.keys()].join(', ')}; try again.`);
  }
}
