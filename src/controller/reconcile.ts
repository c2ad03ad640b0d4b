import { asPorticoError, PorticoError } from '../errors.ts';
import { apply } from '../graph/apply.ts';
import { plan, type Plan } from '../graph/plan.ts';
import { emptyGraph, type Graph, sharedRefsOf } from '../graph/resource.ts';
import { type Owner, ownerLabel, type ServiceOwner } from '../model/owner.ts';
import type { Service, ServiceIngress } from '../model/service.ts';
import { ownerOf, type ServiceIntent } from '../model/service-intent.ts';
import { nothingSticky, type Observation } from '../provider.ts';
import { conditionIn, isNodePortsOpen, nodePortsOpen, programmed, type Verdict, verdicts } from './conditions.ts';
import { decide, demand } from './decide.ts';
import { happenings } from './events.ts';
import { noSteps, type Outcome, type PassContext, type Stopwatch, surroundings } from './pass.ts';
import { asksForAnotherAddress, restrain, stepsThatLose } from './restraint.ts';
import { type ServiceWriter, serviceWriter } from './service-writer.ts';
import { ingressName, ingressStatus } from './status.ts';

/**
 * One pass over one Service:
 *
 *     decide → desired → observe → plan → apply → observe → status
 *
 * Everything it needs it reads anew, so that it may be run at any time, after any crash, as often as one likes; when
 * nothing is to be done it writes nothing. Create, update, repair and deletion are the same pass: the graph that is wanted
 * differs, and for deletion it is empty.
 */
export async function reconcile(key: string, context: PassContext, watch: Stopwatch): Promise<Outcome> {
  const service = context.services.get(key);
  const asked = service ? demand(service, context.claims) : 'ignore';
  // What this process made for a Service that is not ours any more goes too, though nothing on the Service says so.
  for (const former of context.holders.former(key, asked === 'ignore' ? undefined : service?.metadata.uid)) {
    const writer = former.uid === service?.metadata.uid ? serviceWriter(service, context) : undefined;
    const cleaned = await cleanUp(former, writer, context, watch);
    if (cleaned.error) return cleaned;
  }
  if (!service || asked === 'ignore') return { result: 'ignored', steps: noSteps };

  const writer = serviceWriter(service, context);
  const shares = asked === 'serve' && service.spec.type === 'LoadBalancer';
  const zones = shares ? await watch.time('wait', () => context.shared.looked(context.stop)) : [];
  const around = surroundings(context);
  const outcome = await pass(service, zones, writer, context, watch);
  return { ...outcome, basis: { left: writer.left(), around } };
}

async function pass(
  service: Service,
  zones: readonly string[],
  writer: ServiceWriter,
  context: PassContext,
  watch: Stopwatch,
): Promise<Outcome> {
  try {
    const decision = decide(service, context.claims, {
      cluster: context.cluster,
      zones,
      nodes: context.nodes(),
      defaults: context.defaults,
    });
    switch (decision.kind) {
      case 'ignore':
        return { result: 'ignored', steps: noSteps };
      case 'cleanup':
        return await cleanUp(ownerOf(service, context.cluster), writer, context, watch);
      case 'invalid':
        throw decision.error;
      case 'wants':
        return await provide(decision, service, writer, context, watch);
      default:
        return decision satisfies never;
    }
  } catch (error) {
    return await report(asPorticoError(error), noSteps, writer, watch);
  }
}

/** Brings the cloud to what the Service asks for, and the Service's status to what the cloud has. */
async function provide(
  { intent, allowAddressChange }: ServiceIntent,
  service: Service,
  writer: ServiceWriter,
  context: PassContext,
  watch: Stopwatch,
): Promise<Outcome> {
  const { provider, holders } = context;
  const { owner } = intent;
  const wanted = provider.desired(intent, nothingSticky);
  const before = await watch.time('observe', () => provider.observe(owner, wanted.keys(), context.kill));
  const target = provider.desired(intent, before.sticky);
  const agreed = allowAddressChange || asksForAnotherAddress(intent, before);
  const full = plan(target, before.graph, provider.policies);
  const restrained = restrain(full, before, ownerLabel(owner), agreed, provider.refuses);
  const { steps } = restrained.plan;

  const balances = intent.balancer !== 'none';
  if (steps.length > 0 || before.graph.size > 0) {
    holders.add(owner);
    const beginning = balances ? verdicts.provisioning : verdicts.opening;
    await watch.time('claim', () => claim(service, restrained.plan, beginning, writer));
  }
  if (steps.length > 0) writer.tell(balances ? happenings.ensuring : happenings.opening);
  const withdraw = (): Promise<unknown> => writer.write({ ingress: [] });
  const applied = await watch.time('apply', () => carryOut(restrained.plan, owner, writer, context, withdraw));
  const after =
    steps.length === 0
      ? before
      : await watch.time('verify', () => provider.observe(owner, target.keys(), context.kill));

  const counts = {
    done: applied.done.length,
    failed: applied.failed.length,
    skipped: applied.skipped.length,
    withheld: restrained.withheld,
  };
  const error = applied.failed[0]?.error ?? interrupted(applied.skipped.length) ?? restrained.error;
  const ingress = after.ingress.map(ingressStatus);
  if (error) {
    const held = new Set(after.sticky.addresses.map(({ ip }) => ip));
    // Not what the Service had before the pass: an address that was taken out of the status comes back only when it forwards.
    const kept = writer.left().status.ingress.filter(({ ip }) => ip !== undefined && held.has(ip));
    return report(error, counts, writer, watch, ingress.length > 0 ? ingress : kept);
  }
  if (plan(provider.desired(intent, after.sticky), after.graph, provider.policies).steps.length > 0) {
    const changed = new PorticoError('stale', `${ownerLabel(owner)} was changed in the cloud during the pass.`);
    return { result: changed.code, error: changed, steps: counts };
  }

  const verdict = balances
    ? served(intent.nodes.length, after.members ?? context.shared.members, ingress)
    : nodePortsOpen(
        intent.listeners.flatMap(({ protocol, nodePort }) => (nodePort === null ? [] : [`${protocol}:${nodePort}`])),
      );
  const unreserved = after.unreserved ?? null;
  const wrote = await watch.time('status', () => writer.write({ finalizer: true, ingress, verdict, unreserved }));
  if (verdict.reason === verdicts.noNodes.reason && wrote) writer.tell(happenings.unavailable);
  if (steps.length > 0) writer.tell(balances ? happenings.ensured : happenings.opened);
  return { result: 'converged', steps: counts, lookAgainMs: after.lookAgainMs };
}

/** Whether anything carries the traffic: nodes that may, and machines of theirs that do, where that is known. */
function served(nodes: number, members: number | undefined, ingress: readonly ServiceIngress[]): Verdict {
  if (nodes === 0) return verdicts.noNodes;
  return members === 0 ? verdicts.noMembers : programmed(ingress.map(ingressName));
}

/** Before the first resource: the finalizer, without which a deletion would leave everything behind. */
async function claim(service: Service, { steps }: Plan, beginning: Verdict, writer: ServiceWriter): Promise<void> {
  const losesAddress = steps.some((step) => step.risk === 'address');
  const unreachable = service.status.ingress.length === 0 || losesAddress;
  // Why an earlier try failed stays readable until this one has ended.
  const failing = conditionIn(service.status.conditions)?.status === 'False';
  await writer.write({
    finalizer: true,
    ...(unreachable && !failing && steps.length > 0 ? { verdict: beginning } : {}),
  });
}

/**
 * Removes all that the owner holds: the plan towards the empty graph. The finalizer goes only when an observation shows
 * that nothing is left. Without a `writer` the Service is gone already.
 */
async function cleanUp(
  owner: ServiceOwner,
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

/**
 * Applies the plan. A step that refers to the shared graph waits for what it needs of it. Before an address is given up,
 * and not before that can be done, it leaves the status, so that nobody is sent to it any more.
 */
async function carryOut(
  steps: Plan,
  owner: Owner,
  writer: ServiceWriter | undefined,
  context: PassContext,
  withdraw?: () => Promise<unknown>,
): Promise<Awaited<ReturnType<typeof apply>>> {
  const losing = stepsThatLose(steps);
  let withdrawn: Promise<unknown> | undefined;
  return apply(
    steps,
    async (step) => {
      if (losing.has(step.id)) await (withdrawn ??= withdraw?.());
      if (step.op !== 'delete') await context.shared.exist(sharedRefsOf(step.resource.spec), context.stop);
      const begun = context.clock.monotonic();
      for (const notice of await context.provider.execute(step, owner, context.kill)) writer?.tell(notice);
      const ms = Math.round(context.clock.monotonic() - begun);
      context.log('info', 'step done', { op: step.op, resource: step.resource.id, why: step.why, ms });
    },
    { width: context.width, signal: context.stop },
  );
}

/** Says on the Service why the pass failed, unless that passes by itself or the Service is out of date. */
async function report(
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

const interrupted = (skipped: number): PorticoError | undefined =>
  skipped > 0 ? new PorticoError('aborted', 'Stopped before all steps were done.') : undefined;

function leftOver(owner: Owner, held: Graph): PorticoError | undefined {
  if (held.size === 0) return undefined;
  const ids = [...held.keys()].toSorted().join(', ');
  return new PorticoError('stale', `${ownerLabel(owner)} still holds ${ids}.`, { object: ownerLabel(owner) });
}
