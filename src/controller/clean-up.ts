import { asPorticoError, PorticoError } from '../errors.ts';
import type { Applied } from '../graph/apply.ts';
import { plan, type Plan } from '../graph/plan.ts';
import { emptyGraph, type Graph } from '../graph/resource.ts';
import { type Owner, ownerLabel, type ServiceOwner } from '../model/owner.ts';
import type { Policy } from '../model/policy.ts';
import type { Observation, Provider, Retained } from '../provider.ts';
import { allWithheld, carryOut, interrupted, report } from './carry-out.ts';
import { isNodePortsOpen } from './conditions.ts';
import type { Leaving } from './decide.ts';
import { happenings, kept } from './events.ts';
import { noSteps, type Outcome, type PassContext, type Stopwatch } from './pass.ts';
import { notAllowed } from './restraint.ts';
import type { ServiceWriter } from './service-writer.ts';

/**
 * Removes all that the owner holds: the plan towards the empty graph, or towards what is to outlive the Service, which is
 * given up then. The finalizer goes only when an observation shows that the owner holds nothing. Without a `writer` the Service is gone already.
 */
export async function cleanUp(
  owner: ServiceOwner,
  { policy, retain }: Leaving,
  writer: ServiceWriter | undefined,
  context: PassContext,
  watch: Stopwatch,
): Promise<Outcome> {
  const { provider, holders } = context;
  const observe = (): Promise<Observation> => provider.observe(owner, [], context.kill);
  const portsOnly = writer !== undefined && isNodePortsOpen(writer.left().status.conditions);
  let steps = noSteps;
  try {
    let held = await watch.time('observe', async () => {
      await provider.search?.(owner, context.kill);
      return observe();
    });
    const refused = refusedBy(policy, held.graph, retain, provider);
    if (refused.steps.length > 0) {
      const error = notAllowed(refused.steps, policy, ownerLabel(owner));
      // Nothing is wrong with a Service that is gone, and there is nobody to tell.
      return writer && error
        ? await report(error, allWithheld(refused), writer, watch)
        : { result: 'ignored', steps: allWithheld(refused) };
    }
    const before = held;
    const goes = held.graph.size > 0;
    // The removal takes its time, and the Service may be to be served again by the time its address goes.
    const lastly = async (): Promise<void> => writer?.withdraw(before);
    const run = async (part: Plan): Promise<Observation> => {
      const applied = await watch.time('apply', () => carryOut(part, owner, writer, context, { lastly }));
      steps = added(steps, applied);
      const error = applied.failed[0]?.error ?? interrupted(applied.skipped.length);
      if (error) throw error;
      return watch.time('verify', observe);
    };
    if (goes) {
      holders.add(owner, { policy, retain });
      await watch.time('claim', async () => writer?.withdraw(before));
      writer?.tell(portsOnly ? happenings.closing : happenings.deleting);
    }
    if (retain !== 'nothing') held = await makeLast(held, owner, retain, provider, run);
    const stays = lastingPart(held.graph, retain, provider);
    const removal = plan(stays, held.graph, provider.policies);
    if (removal.steps.length > 0) held = await run(removal);
    if (stays.size > 0) {
      await watch.time('apply', async () => provider.retention?.disown(owner, [...stays.keys()], context.stop));
      writer?.tell(kept([...stays.keys()], before.sticky.addresses));
      held = await watch.time('verify', observe);
    }
    const left = leftOver(owner, held.graph);
    if (left) throw left;
    await watch.time('status', async () => writer?.release(before));
    if (goes) writer?.tell(portsOnly ? happenings.closed : happenings.deleted);
    holders.remove(owner);
    return { result: 'cleaned', steps };
  } catch (error) {
    return await report(asPorticoError(error), steps, writer, watch);
  }
}

/** What the policy does not allow of what has to be done. */
function refusedBy(policy: Policy, held: Graph, retain: Leaving['retain'], provider: Provider): Plan {
  switch (policy) {
    case 'sync':
      return { steps: [] };
    case 'upsert-only':
      return plan(lastingPart(held, retain, provider), held, provider.policies);
    case 'observe':
      return plan(emptyGraph, held, provider.policies);
    default:
      return policy satisfies never;
  }
}

function lastingPart(held: Graph, retain: Leaving['retain'], { retention, name }: Provider): Graph {
  if (retain === 'nothing' || held.size === 0) return emptyGraph;
  if (!retention) {
    throw new PorticoError('unsupported', `Nothing can be kept with the provider ${name}; remove portico.dev/retain.`);
  }
  return retention.lasting(held, retain);
}

/** What is to stay is made to last before anything goes that it may hang on. */
async function makeLast(
  held: Observation,
  owner: ServiceOwner,
  retain: Retained,
  provider: Provider,
  run: (part: Plan) => Promise<Observation>,
): Promise<Observation> {
  const { steps } = plan(lastingPart(held.graph, retain, provider), held.graph, provider.policies);
  const needed = steps.filter(({ op }) => op !== 'delete');
  const now = needed.length === 0 ? held : await run({ steps: needed });
  if (!now.unreserved || retain !== 'address') return now;
  const object = ownerLabel(owner);
  throw new PorticoError('quota', `${object} cannot go and leave its address. ${now.unreserved.message}`, { object });
}

const added = (steps: Outcome['steps'], { done, failed, skipped }: Applied): Outcome['steps'] => ({
  done: steps.done + done.length,
  failed: steps.failed + failed.length,
  skipped: steps.skipped + skipped.length,
  withheld: 0,
});

function leftOver(owner: Owner, held: Graph): PorticoError | undefined {
  if (held.size === 0) return undefined;
  const ids = [...held.keys()].toSorted().join(', ');
  return new PorticoError('stale', `${ownerLabel(owner)} still holds ${ids}.`, { object: ownerLabel(owner) });
}
