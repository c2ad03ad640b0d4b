import { asPorticoError, PorticoError } from '../errors.ts';
import { plan } from '../graph/plan.ts';
import { emptyGraph, type Graph } from '../graph/resource.ts';
import { type Owner, ownerLabel, type ServiceOwner } from '../model/owner.ts';
import type { Policy } from '../model/policy.ts';
import type { Observation } from '../provider.ts';
import { allWithheld, carryOut, interrupted, report } from './carry-out.ts';
import { isNodePortsOpen } from './conditions.ts';
import { happenings } from './events.ts';
import { noSteps, type Outcome, type PassContext, type Stopwatch } from './pass.ts';
import { notAllowed } from './restraint.ts';
import type { ServiceWriter } from './service-writer.ts';

/**
 * Removes all that the owner holds: the plan towards the empty graph. The finalizer goes only when an observation shows
 * that nothing is left. Without a `writer` the Service is gone already.
 */
export async function cleanUp(
  owner: ServiceOwner,
  policy: Policy,
  writer: ServiceWriter | undefined,
  context: PassContext,
  watch: Stopwatch,
): Promise<Outcome> {
  const { provider, holders } = context;
  const observe = (): Promise<Observation> => provider.observe(owner, [], context.kill);
  const portsOnly = writer !== undefined && isNodePortsOpen(writer.left().status.conditions);
  let steps = noSteps;
  try {
    const before = await watch.time('observe', observe);
    const removal = plan(emptyGraph, before.graph, provider.policies);
    if (policy !== 'sync' && removal.steps.length > 0) {
      const error = notAllowed(removal.steps, policy, ownerLabel(owner));
      // Nothing is wrong with a Service that is gone, and nobody to be told.
      return writer && error
        ? await report(error, allWithheld(removal), writer, watch)
        : { result: 'ignored', steps: allWithheld(removal) };
    }
    if (removal.steps.length > 0) {
      holders.add(owner);
      await watch.time('claim', async () => writer?.withdraw(before));
      writer?.tell(portsOnly ? happenings.closing : happenings.deleting);
    }
    const applied = await watch.time('apply', () => carryOut(removal, owner, writer, context));
    steps = { done: applied.done.length, failed: applied.failed.length, skipped: applied.skipped.length, withheld: 0 };
    const after = removal.steps.length === 0 ? before : await watch.time('verify', observe);
    const error = applied.failed[0]?.error ?? interrupted(applied.skipped.length) ?? leftOver(owner, after.graph);
    if (error) throw error;
    await watch.time('status', async () => writer?.release(before));
    if (removal.steps.length > 0) writer?.tell(portsOnly ? happenings.closed : happenings.deleted);
    holders.remove(owner);
    return { result: 'cleaned', steps };
  } catch (error) {
    return await report(asPorticoError(error), steps, writer, watch);
  }
}

function leftOver(owner: Owner, held: Graph): PorticoError | undefined {
  if (held.size === 0) return undefined;
  const ids = [...held.keys()].toSorted().join(', ');
  return new PorticoError('stale', `${ownerLabel(owner)} still holds ${ids}.`, { object: ownerLabel(owner) });
}
