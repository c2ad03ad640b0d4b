import { asPorticoError, PorticoError } from '../errors.ts';
import { apply } from '../graph/apply.ts';
import { plan, type Step } from '../graph/plan.ts';
import type { ClusterIntent } from '../model/intent.ts';
import { ownerLabel } from '../model/owner.ts';
import { nothingSticky } from '../provider.ts';
import { tellNotices } from './notices.ts';
import { noSteps, type Outcome, type PassContext, type Stopwatch } from './pass.ts';
import { restrain } from './restraint.ts';

/**
 * One pass over what all Services share: groups of nodes, rules for health checks. The same path as for a Service, with
 * one key for the whole cluster, so that any number of node events cost one pass. As soon as it knows, it publishes what
 * exists, so that Services wait for no more than they need.
 */
export async function reconcileCluster(context: PassContext, watch: Stopwatch): Promise<Outcome> {
  const pass = context.shared.begin();
  let worked: Worked;
  try {
    worked = await work(context, watch);
  } catch (error) {
    const failure = asPorticoError(error);
    worked = { outcome: { result: failure.code, error: failure, steps: noSteps }, members: context.shared.members };
  }
  context.shared.end(pass, worked.outcome.error, worked.members);
  return worked.outcome;
}

interface Worked {
  readonly outcome: Outcome;
  readonly members: number | undefined;
}

async function work(context: PassContext, watch: Stopwatch): Promise<Worked> {
  const { provider, shared, kill, stop } = context;
  const { cluster } = provider;
  // What goes may still use it, and nothing more is needed for that.
  if (context.engaged.stake === 'keeps') {
    return { outcome: { result: 'converged', steps: noSteps }, members: shared.members };
  }
  const intent: ClusterIntent = {
    owner: { kind: 'cluster', cluster: context.cluster },
    active: context.engaged.stake === 'wants',
    nodes: context.nodes(),
  };
  const { owner } = intent;
  const wanted = cluster.desired(intent, nothingSticky);
  const before = await watch.time('observe', () => cluster.observe(owner, wanted.keys(), kill));
  const zones = new Set([...intent.nodes.map((node) => node.zone), ...before.sticky.zones]);
  shared.observed([...zones].toSorted(), before.graph.keys());

  const target = cluster.desired(intent, before.sticky);
  const full = plan(target, before.graph, cluster.policies);
  const policy = context.defaults.policy ?? 'sync';
  const restrained = restrain(full, before, ownerLabel(owner), { agreed: true, policy });

  const execute = async (step: Step): Promise<void> => {
    if (step.op === 'delete') {
      if (!intent.active && context.engaged.stake !== 'none') {
        throw new PorticoError('stale', `A Service wants a balancer again; ${step.resource.id} stays.`);
      }
      shared.removed(step.resource.id);
    }
    const begun = context.clock.monotonic();
    // Services may refer to a group before its machines are in it.
    const exists = (): void => shared.made(step.resource.id);
    tellNotices(await cluster.execute(step, owner, kill, exists), context);
    const ms = Math.round(context.clock.monotonic() - begun);
    context.log('info', 'step done', { op: step.op, resource: step.resource.id, why: step.why, ms });
    if (step.op === 'create') exists();
  };
  const applied = await watch.time('apply', () =>
    apply(restrained.plan, execute, { width: context.width, signal: stop }),
  );
  const untouched = applied.done.length + applied.failed.length === 0;
  const after = untouched ? before : await watch.time('verify', () => cluster.observe(owner, target.keys(), kill));
  context.remarks.tell(cluster.remarks?.(intent, after.sticky) ?? []);

  const aborted =
    applied.skipped.length > 0 && stop.aborted
      ? new PorticoError('aborted', 'Stopped before all steps were done.')
      : undefined;
  const error = applied.failed[0]?.error ?? aborted ?? restrained.error;
  const steps = {
    done: applied.done.length,
    failed: applied.failed.length,
    skipped: applied.skipped.length,
    withheld: restrained.withheld,
  };
  const { lookAgainMs } = after;
  const outcome: Outcome = error ? { result: error.code, error, steps } : { result: 'converged', steps, lookAgainMs };
  // A graph that nobody wants has no members to speak of, and the next one not either until it is there.
  return { outcome, members: intent.active ? after.members : undefined };
}
