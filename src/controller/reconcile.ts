import { asPorticoError, errorRules, PorticoError } from '../errors.ts';
import { plan, type Plan } from '../graph/plan.ts';
import type { ResourceId } from '../graph/resource.ts';
import type { LoadBalancerIntent } from '../model/intent.ts';
import { ownerLabel } from '../model/owner.ts';
import { keyOf, type Service, type ServiceIngress } from '../model/service.ts';
import { ownerOf, portsError, type ServiceIntent } from '../model/service-intent.ts';
import { nothingSticky, type Observation } from '../provider.ts';
import { allWithheld, carryOut, interrupted, report } from './carry-out.ts';
import { cleanUp } from './clean-up.ts';
import {
  conditionIn,
  driftType,
  nodePortsOpen,
  observedOnly,
  programmed,
  type Verdict,
  verdicts,
} from './conditions.ts';
import { decide, demand, leaving } from './decide.ts';
import { asOf, fingerprintOf, inOrder, tolerated } from './drift.ts';
import { drifted, happenings, observed, syncFailed } from './events.ts';
import { noSteps, type Outcome, type PassContext, type Stopwatch, surroundings } from './pass.ts';
import { asksForAnotherAddress, type Restrained, restrain } from './restraint.ts';
import { type ServiceWriter, serviceWriter } from './service-writer.ts';
import { ingressName, ingressStatus, withPorts } from './status.ts';

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
    const writer = former.owner.uid === service?.metadata.uid ? serviceWriter(service, context) : undefined;
    const cleaned = await cleanUp(former.owner, former.leaving, writer, context, watch);
    if (cleaned.error) return cleaned;
  }
  if (asked !== 'serve') context.asAsked.forget(key);
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
        return await cleanUp(ownerOf(service, context.cluster), decision, writer, context, watch);
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
  { intent, allowAddressChange, policy, drift, unserved }: ServiceIntent,
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
  const restrained = restrain(full, before, ownerLabel(owner), { agreed, policy }, provider.refuses);
  const { steps } = restrained.plan;
  if (policy === 'observe' && full.steps.length > 0) {
    return tellOnly(full, restrained.error, writer, watch);
  }

  const balances = intent.balancer !== 'none';
  const fingerprint = fingerprintOf(wanted);
  const toldDrift = conditionIn(service.status.conditions, driftType);
  const lastAsked = asOf(toldDrift) ?? context.asAsked.of(keyOf(service), owner.uid);
  // What has to give way to another is no drift.
  const yields = (before.sticky.misplaced ?? []).length > 0;
  if (drift !== 'repair' && steps.length > 0 && lastAsked === fingerprint && !yields) {
    const told = tolerated(drift, fingerprint, restrained.plan);
    return leaveAsIs({ intent, unserved }, before, restrained, told, writer, context, watch);
  }
  if (policy !== 'observe' && (steps.length > 0 || before.graph.size > 0)) {
    holders.add(owner, leaving(service, context.defaults));
    const beginning = balances ? verdicts.provisioning : verdicts.opening;
    // From the first step on the cloud is not as it was asked for, whatever is asked for later.
    const outdated = steps.length > 0 && asOf(toldDrift) !== undefined;
    await watch.time('claim', () => claim(service, restrained.plan, beginning, outdated, writer));
  }
  if (steps.length > 0) context.asAsked.forget(keyOf(service));
  if (steps.length > 0) writer.tell(balances ? happenings.ensuring : happenings.opening);
  const withdraw = (): Promise<void> => writer.exchange();
  const applied = await watch.time('apply', () => carryOut(restrained.plan, owner, writer, context, { withdraw }));
  // What had to give way counts as wanted too: without it nothing is served.
  const asked = new Set([...wanted.keys(), ...target.keys()]);
  const after =
    steps.length === 0 ? before : await watch.time('verify', () => provider.observe(owner, asked, context.kill));

  const counts = {
    done: applied.done.length,
    failed: applied.failed.length,
    skipped: applied.skipped.length,
    withheld: restrained.withheld,
  };
  const error = applied.failed[0]?.error ?? interrupted(applied.skipped.length) ?? restrained.error;
  const ingress = after.ingress.map((each) => withPorts(ingressStatus(each), service, unserved));
  if (error) {
    const held = new Set(after.sticky.addresses.map(({ ip }) => ip));
    // Not what the Service had before the pass: an address that was taken out of the status comes back only when it forwards.
    const kept = writer.left().status.ingress.filter(({ ip }) => ip !== undefined && held.has(ip));
    return report(error, counts, writer, watch, ingress.length > 0 ? ingress : kept);
  }
  const rest = plan(provider.desired(intent, after.sticky), after.graph, provider.policies);
  if (restrain(rest, after, ownerLabel(owner), { agreed, policy }, provider.refuses).plan.steps.length > 0) {
    const changed = new PorticoError('stale', `${ownerLabel(owner)} was changed in the cloud during the pass.`);
    return { result: changed.code, error: changed, steps: counts };
  }

  context.asAsked.note(keyOf(service), owner.uid, fingerprint);
  const partial = portsError(service, unserved);
  const verdict = partial ? inPart(partial) : standingOf(intent, after, context);
  const unreserved = after.unreserved ?? null;
  const undone = context.unasked && steps.length > 0 ? restrained.plan : undefined;
  const said = {
    verdict: withLeft(verdict, restrained.left),
    unreserved,
    drift: inOrder(drift, fingerprint, undone, toldDrift),
  };
  // Who is only looked at gets no finalizer and no address from us.
  const kept = policy === 'observe' ? {} : { finalizer: true, ingress };
  const wrote = await watch.time('status', () => writer.write({ ...kept, ...said }));
  if (verdict.reason === verdicts.noNodes.reason && wrote) writer.tell(happenings.unavailable);
  const known = conditionIn(service.status.conditions)?.message.startsWith(partial?.message ?? '') === true;
  if (partial && wrote && !known) writer.tell(syncFailed(partial.message));
  if (steps.length > 0) writer.tell(balances ? happenings.ensured : happenings.opened);
  return { result: 'converged', steps: counts, lookAgainMs: after.lookAgainMs };
}

/** Some of the Service's ports are served, and others cannot be. */
const inPart = ({ code, message }: PorticoError): Verdict => ({
  status: 'False',
  reason: errorRules[code].reason,
  message: `${message} The other ports are served.`,
});

/** How what the Service asks for stands when it is in the cloud. */
function standingOf(intent: LoadBalancerIntent, { ingress, members }: Observation, context: PassContext): Verdict {
  if (intent.balancer !== 'none') {
    return served(intent.nodes.length, members ?? context.shared.members, ingress.map(ingressStatus));
  }
  return nodePortsOpen(
    intent.listeners.flatMap(({ protocol, nodePort }) => (nodePort === null ? [] : [`${protocol}:${nodePort}`])),
  );
}

/** Whether anything carries the traffic: nodes that may, and machines of theirs that do, where that is known. */
function served(nodes: number, members: number | undefined, ingress: readonly ServiceIngress[]): Verdict {
  if (nodes === 0) return verdicts.noNodes;
  return members === 0 ? verdicts.noMembers : programmed(ingress.map(ingressName));
}

/** What is not wanted any more and stays, since the policy allows no deletion. */
const withLeft = (verdict: Verdict, left: readonly ResourceId[]): Verdict =>
  left.length === 0
    ? verdict
    : { ...verdict, message: `${verdict.message} Left in the cloud by the policy upsert-only: ${left.join(', ')}.` };

/** The policy for drift is to leave it: says how the cloud differs, and what of the balancer works. */
async function leaveAsIs(
  { intent, unserved }: Pick<ServiceIntent, 'intent' | 'unserved'>,
  seen: Observation,
  { plan: undone, error }: Restrained,
  told: Verdict,
  writer: ServiceWriter,
  context: PassContext,
  watch: Stopwatch,
): Promise<Outcome> {
  const before = conditionIn(writer.left().status.conditions, driftType);
  const whole = intent.balancer === 'none' || seen.ingress.length > 0;
  const verdict = whole ? standingOf(intent, seen, context) : verdicts.cutOff;
  const ingress = seen.ingress.map((each) => withPorts(ingressStatus(each), writer.left(), unserved));
  const unreserved = seen.unreserved ?? null;
  // Names that others have are theirs to give back, whatever becomes of drift.
  const taken = error?.code === 'conflict' ? error : undefined;
  const said = { unreserved, drift: told, ...(taken ? {} : { verdict }) };
  await watch.time('status', () => writer.write({ finalizer: true, ingress, ...said }));
  if (told.status === 'True' && told.message !== before?.message) {
    writer.tell(drifted(told.message));
    context.observer.drifted('service', 'reported', undone.steps.length);
  }
  if (taken) return report(taken, allWithheld(undone), writer, watch, ingress);
  return { result: 'converged', steps: allWithheld(undone), lookAgainMs: seen.lookAgainMs };
}

/** The policy is observe: says what would be done, and does nothing. */
async function tellOnly(
  full: Plan,
  problem: PorticoError | undefined,
  writer: ServiceWriter,
  watch: Stopwatch,
): Promise<Outcome> {
  const verdict = observedOnly(full, problem);
  const news = await watch.time('status', () => writer.write({ verdict }));
  if (news) writer.tell(observed(verdict.message));
  return { result: 'converged', steps: allWithheld(full) };
}

/** Before the first resource: the finalizer, without which a deletion would leave everything behind. */
async function claim(
  service: Service,
  { steps }: Plan,
  beginning: Verdict,
  outdated: boolean,
  writer: ServiceWriter,
): Promise<void> {
  const losesAddress = steps.some((step) => step.risk === 'address');
  const unreachable = service.status.ingress.length === 0 || losesAddress;
  // Why an earlier try failed stays readable until this one has ended.
  const failing = conditionIn(service.status.conditions)?.status === 'False';
  await writer.write({
    finalizer: true,
    ...(unreachable && !failing && steps.length > 0 ? { verdict: beginning } : {}),
    ...(outdated ? { drift: null } : {}),
  });
}
