import { asPorticoError, PorticoError } from '../../src/errors.ts';
import { notWanted, type Step } from '../../src/graph/plan.ts';
import { equal } from '../../src/graph/diff.ts';
import { nameOf, refsOf } from '../../src/graph/resource.ts';
import type { Owner } from '../../src/model/owner.ts';
import type { Notice } from '../../src/provider.ts';
import { adoptedBy, adoptionNotice, assertStillGiven } from './adoption.ts';
import type { Cloud } from './cloud.ts';
import type { Body } from './compute/calls.ts';
import { text, textMap } from './compute/fields.ts';
import { addressing, assertOwned, type Doubt, type Held, heldFrom } from './inventory.ts';
import { type KindName, isKind, kindOf } from './kinds/kinds.ts';
import { addMembers, changeMembers } from './members.ts';
import { lastSegment, pathTo, type ResourcePath } from './paths.ts';
import { findRequested, quotaUsedUp, resourceOf } from './reading.ts';
import { addressDoubts, assertStillFree, claimRequested, isRequested, settleRequested } from './requested.ts';
import { giveUpReservation, giveUpStray, holdAddress, isHeld, letGo, unhold } from './hold.ts';
import { manualChange, mustAsk, withCommand } from './shared-vpc.ts';
import { bodyOf, promotion } from './writing.ts';

/**
 * One step against the cloud. What it changes or deletes is read first: people take marks away, and make things of the
 * same name, and the picture of the cloud may be as old as the last sweep. Whatever goes wrong puts the resource in doubt, and the next observation reads it again. */
export async function execute(
  cloud: Cloud,
  step: Step,
  owner: Owner,
  signal: AbortSignal,
  exists?: () => void,
): Promise<readonly Notice[]> {
  const { id, kind } = step.resource;
  // A plan may be older than what is known: marks are looked at in what is known now.
  await cloud.listed(signal);
  if (kind === 'requested-address') return settleRequested(cloud, step, signal);
  if (kind === 'adopted-rule') return [];
  if (!isKind(kind)) throw new PorticoError('internal', `There is no kind ${kind} on Google Cloud.`, { object: id });
  const path = adoptedBy(cloud, step, owner)?.path ?? pathOfStep(cloud, step, kind);
  try {
    return await run(cloud, step, owner, { kind, path }, signal, exists);
  } catch (thrown) {
    const error = asPorticoError(thrown);
    if (kind === 'forwarding-rule') unhold(cloud, step);
    if (error.code === 'invalid' && isRequested(step)) await assertStillFree(cloud, step, owner, signal);
    if (mustAsk(cloud, kind, error)) return manualChange(cloud, step, owner, path);
    const told = kind === 'firewall' ? withCommand(cloud, step, owner, error) : error;
    for (const doubt of [{ kind, path }, ...addressDoubts(cloud, step)]) cloud.known.doubt(owner, doubt);
    throw told;
  }
}

type Place = Doubt;

function pathOfStep(cloud: Cloud, { resource }: Step, kind: KindName): ResourcePath {
  const zone = (resource.spec as { readonly zone?: string }).zone;
  return pathTo(cloud.config, kindOf(kind).collection, nameOf(resource.id), zone);
}

async function run(
  cloud: Cloud,
  step: Step,
  owner: Owner,
  place: Place,
  signal: AbortSignal,
  exists?: () => void,
): Promise<readonly Notice[]> {
  if (step.op !== 'delete') claimRequested(cloud, step, owner);
  if (step.op === 'create') return create(cloud, step, owner, place, signal, exists);
  if (step.op === 'update') return update(cloud, step, owner, place, signal);
  if (place.kind === 'forwarding-rule' && step.why !== notWanted) await holdAddress(cloud, step, owner, signal);
  const adopted = adoptedBy(cloud, step, owner);
  const removal = (): Promise<void> => remove(cloud, owner, place, adopted, signal);
  // A reservation may be given up with its rule just now.
  await (place.kind === 'address' ? cloud.alone(place.path, removal) : removal());
  return adopted ? [adoptionNotice(adopted, owner)] : [];
}

async function create(
  cloud: Cloud,
  step: Step,
  owner: Owner,
  { kind, path }: Place,
  signal: AbortSignal,
  exists?: () => void,
): Promise<readonly Notice[]> {
  const { collection } = kindOf(kind);
  const { project, location } = addressing(path);
  const where = location === undefined ? { project } : { project, location };
  if (cloud.unreserved.waits(path)) return [];
  const body = { ...bodyOf(cloud, step, owner, kind), ...promotion(cloud, owner, kind, step.resource.id) };
  let adopted = false;
  try {
    await cloud.compute.change({ collection, verb: 'insert', ...where, body }, signal);
  } catch (thrown) {
    const error = asPorticoError(thrown);
    // The quota may be looked at before the name: an address that a late list did not show is not made anew.
    const refused = error.code === 'quota' && kind === 'address';
    if (refused && !(await cloud.reread({ kind, path }, signal))) {
      if (isHeld(step)) return [];
      return cloud.unreserved.refused(path) ? [notReserved(path)] : [];
    }
    if (error.code !== 'exists' && !refused) throw error;
    await adopt(cloud, step, owner, { kind, path }, signal);
    adopted = true;
  }
  if (kind === 'address') cloud.unreserved.forget(path);
  // Only the cloud knows the IP it gave.
  if (!adopted && (kind === 'address' || (kind === 'forwarding-rule' && body['IPAddress'] === undefined))) {
    await cloud.reread({ kind, path }, signal);
  } else if (!adopted) {
    const zone = location === undefined ? {} : { zone: location };
    cloud.known.set(path, heldFrom(cloud.config, kind, { ...body, ...zone }));
  }
  if (kind === 'address' && isHeld(step)) cloud.passing.add(path);
  if (kind === 'forwarding-rule') {
    await letGo(cloud, step, owner, signal);
    // Another Service may have got a rule with a person's address at the same time.
    for (const doubt of addressDoubts(cloud, step)) if (isRequested(step)) await cloud.reread(doubt, signal);
  }
  if (!isGroup(kind)) return [];
  exists?.();
  return addMembers(cloud, { kind, path }, membersOf(step), signal);
}

/** An earlier attempt, or an earlier process, made it: taken when it is ours and as wanted. */
async function adopt(cloud: Cloud, step: Step, owner: Owner, place: Place, signal: AbortSignal): Promise<void> {
  const held = await cloud.reread(place, signal);
  const object = place.path;
  if (!held) throw new PorticoError('transient', `${object} is being made or deleted. Waiting for that.`, { object });
  assertOwned(held, owner);
  const { spec } = step.resource;
  const requested = await findRequested(cloud, owner, refsOf(spec), signal);
  const {
    members: _found,
    keep: _kept,
    ...found
  } = resourceOf(cloud, owner, cloud.known.of(owner), requested, held).spec as Group;
  const { members: _asked, keep: _keep, ...asked } = spec as Group;
  if (!equal(found, asked)) {
    throw new PorticoError('stale', `${object} exists, but not as wanted. Observing again.`, { object });
  }
}

/** Who is in a group, and how long an address is kept, is settled apart from them. */
type Group = Readonly<Record<string, unknown>> & { readonly members?: readonly string[]; readonly keep?: string };

async function update(
  cloud: Cloud,
  step: Step,
  owner: Owner,
  { kind, path }: Place,
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  if (kind === 'address' && step.changes.every(({ field }) => field !== 'keep')) {
    // It may be reserved just now, to be held while its rule is replaced.
    return cloud.alone(path, async () => {
      const held = await cloud.reread({ kind, path }, signal);
      if (!held && isHeld(step)) return [];
      await relabel(cloud, step, ownedAt(path, held, owner), signal);
      return [];
    });
  }
  // Who is in a group changes with every node, and nobody can take a group's mark away: what is known of it will do.
  const held = isGroup(kind) ? cloud.known.at(path) : await cloud.reread({ kind, path }, signal);
  if (kind === 'address') {
    if (held) assertOwned(held, owner);
    if (step.changes.some(({ from }) => from === 'stray')) {
      await cloud.alone(path, async () => held && giveUpStray(cloud, held, owner, signal));
    }
    const hasIp = cloud.known.at(path) ?? cloud.known.of(owner).get(`forwarding-rule/${nameOf(step.resource.id)}`);
    if (isHeld(step) && hasIp) {
      cloud.unreserved.forget(path);
      await giveUpReservation(cloud, step, owner, signal);
      return [];
    }
    // Its rule may be about to be replaced, which reserves the address as well.
    return cloud.alone(path, async () => {
      cloud.passing.delete(path);
      return cloud.known.at(path) ? [] : create(cloud, step, owner, { kind, path }, signal);
    });
  }
  const owned = ownedAt(path, held, owner);
  if (isGroup(kind)) {
    return changeMembers(cloud, { kind, path }, membersOf(step), signal);
  }
  if (kind === 'forwarding-rule') {
    await relabel(cloud, step, owned, signal);
    return [];
  }
  const { collection } = kindOf(kind);
  const fingerprint = kind === 'backend-service' ? await fingerprintOf(cloud, owned, 'fingerprint', signal) : undefined;
  const body = bodyOf(cloud, step, owner, kind);
  // PUT, since lists and settings can only be emptied by leaving them out of the whole.
  const call = { collection, verb: 'update', ...addressing(path) } as const;
  const whole = fingerprint === undefined ? body : { ...body, fingerprint };
  await cloud.compute.change({ ...call, body: whole }, signal);
  cloud.known.set(path, heldFrom(cloud.config, kind, body));
  return [];
}

function ownedAt(path: ResourcePath, held: Held | undefined, owner: Owner): Held {
  if (!held) throw new PorticoError('stale', `${path} is not there any more.`, { object: path });
  assertOwned(held, owner);
  return held;
}

/** What of addresses and rules can change: labels, and whether an internal rule is open to other regions. */
async function relabel(cloud: Cloud, step: Step, held: Held, signal: AbortSignal): Promise<void> {
  const { collection } = kindOf(held.kind);
  const where = addressing(held.path);
  const spec = step.resource.spec as {
    readonly labels: Readonly<Record<string, string>>;
    readonly globalAccess?: boolean;
  };
  const changed = new Set(step.changes.map(({ field }) => field));
  let { body } = held;
  const keep = (change: Body): void => {
    body = { ...body, ...change };
    cloud.known.set(held.path, { ...held, body });
  };
  if (changed.has('globalAccess')) {
    // The client sends labels with every patch, so they are sent as they are.
    const patch = { allowGlobalAccess: spec.globalAccess === true, labels: textMap(held.body, 'labels') };
    await cloud.compute.change({ collection, verb: 'patch', ...where, body: patch }, signal);
    keep({ allowGlobalAccess: spec.globalAccess === true });
  }
  if (changed.has('labels')) {
    const labelFingerprint = await fingerprintOf(cloud, held, 'labelFingerprint', signal);
    await cloud.compute.change(
      { collection, verb: 'setLabels', ...where, body: { labels: spec.labels, labelFingerprint } },
      signal,
    );
    keep({ labels: spec.labels, labelFingerprint: undefined });
  }
}

/** The fingerprint that a change must carry, read when our own last change made the known one useless. */
async function fingerprintOf(
  cloud: Cloud,
  held: Held,
  field: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const known = text(held.body, field);
  if (known !== null) return known;
  const fresh = await cloud.reread({ kind: held.kind, path: held.path }, signal);
  if (!fresh) throw new PorticoError('stale', `${held.path} is not there any more.`, { object: held.path });
  return text(fresh.body, field) ?? undefined;
}

/** The API deletes whatever has the name, so the mark is read right before. */
async function remove(
  cloud: Cloud,
  owner: Owner,
  { kind, path }: Place,
  adopted: Held | undefined,
  signal: AbortSignal,
): Promise<void> {
  const held = await cloud.reread({ kind, path }, signal);
  if (!held) return;
  if (adopted) assertStillGiven(held, adopted, owner);
  else assertOwned(held, owner);
  try {
    await cloud.compute.change({ collection: kindOf(kind).collection, verb: 'delete', ...addressing(path) }, signal);
  } catch (thrown) {
    if (asPorticoError(thrown).code !== 'not-found') throw thrown;
  }
  cloud.known.set(path, undefined);
}

const notReserved = (path: ResourcePath): Notice => ({
  reason: 'AddressNotReserved',
  message: quotaUsedUp(lastSegment(path)),
});

const isGroup = (kind: KindName): kind is 'instance-group' | 'endpoint-group' =>
  kind === 'instance-group' || kind === 'endpoint-group';

const membersOf = ({ resource }: Step): readonly string[] =>
  (resource.spec as { readonly members: readonly string[] }).members;
