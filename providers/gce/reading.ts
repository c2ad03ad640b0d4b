import { equal } from '../../src/graph/diff.ts';
import {
  nameOf,
  type Ref,
  ref,
  type Resource,
  resource,
  type ResourceId,
  type SharedRef,
} from '../../src/graph/resource.ts';
import { type Owner, ownerKey, ownerLabel } from '../../src/model/owner.ts';
import type { Cloud } from './cloud.ts';
import { texts } from './compute/fields.ts';
import { claimedBy, contestOf, rulesOn } from './contest.ts';
import { adoptedIn, type Held, ipIn } from './inventory.ts';
import { address, type AddressSpec } from './kinds/address.ts';
import { forwardingRule } from './kinds/forwarding-rule.ts';
import type { InstanceGroupSpec } from './kinds/instance-group.ts';
import type { Reading } from './kinds/kind.ts';
import { kindOf } from './kinds/kinds.ts';
import { isIp, readRequestedName, type RequestedAddressSpec } from './kinds/requested-address.ts';
import { lastSegment, machinePath, pathOfUrl, pathTo, type ResourcePath } from './paths.ts';

export interface Requested {
  /** Undefined while the address does not exist. */
  readonly ip?: string;
  readonly resource?: Resource;
  /** Whether the one that is there is as the Service asks for it. */
  readonly isFit?: boolean;
  readonly foreign?: string;
  /** The IP, when the owner has to leave it to others. */
  readonly yielded?: string;
}

/** The spec of an address refers to nothing. */
const nothing = (): string => '';

function specOf({ body }: Held): RequestedAddressSpec {
  const { scheme, family, tier } = address.specOf(body, { refTo: nothing, addressOf: nothing });
  return { scheme, family, tier };
}

/** The addresses that people reserved and that are wanted now. */
export async function findRequested(
  cloud: Cloud,
  owner: Owner,
  ids: Iterable<ResourceId>,
  signal: AbortSignal,
): Promise<ReadonlyMap<ResourceId, Requested>> {
  const out = new Map<ResourceId, Requested>();
  for (const id of ids) {
    if (!id.startsWith('requested-address/')) continue;
    const { asked, ipOrName } = readRequestedName(nameOf(id));
    const held = await unlessInUse(cloud, owner, await cloud.findAddress(ipOrName, signal), signal);
    const isFit = held !== undefined && equal(specOf(held), asked);
    const contest =
      held && !held.mark
        ? ((await contestOf(cloud, owner, held, signal)) ??
          // Who cannot have it keeps nobody out.
          (isFit ? claimedBy(cloud, owner, ipIn(held, 'address')) : undefined))
        : undefined;
    if (held?.mark && ownerKey(held.mark.owner) === ownerKey(owner)) {
      // The owner's own reservation, asked for by its IP: nothing else is requested.
      out.set(id, {});
    } else if (held && contest) {
      const foreign = `${held.path}, an address that ${contest.others} uses`;
      out.set(id, { foreign, ...(contest.yields ? { yielded: ipIn(held, 'address') } : {}) });
    } else if (held?.mark) {
      out.set(id, { foreign: `${held.path}, the address of ${ownerLabel(held.mark.owner)}` });
    } else if (held) {
      const ip = ipIn(held, 'address');
      const found: Resource = { id, kind: 'requested-address', spec: specOf(held) };
      // What may be there without a rule is a firewall, open to whoever gets the address.
      const leaves = !isFit && rulesOn(cloud, owner, ip).length === 0;
      out.set(id, { ip, resource: found, isFit, ...(leaves ? { yielded: ip } : {}) });
    } else if (asked.scheme === 'internal' && isIp(ipOrName)) {
      // A free IP of the subnetwork needs no reservation: the rule takes it.
      out.set(id, { ip: ipOrName, isFit: true, resource: { id, kind: 'requested-address', spec: asked } });
    } else {
      out.set(id, {});
    }
  }
  return out;
}

/**
 * The address as it is now, unless the owner's rule has it already: a firewall rule for an address that somebody else
 * took since the cloud was listed would open that one's balancer.
 */
async function unlessInUse(
  cloud: Cloud,
  owner: Owner,
  held: Held | undefined,
  signal: AbortSignal,
): Promise<Held | undefined> {
  if (!held || held.mark) return held;
  const ip = ipIn(held, 'address');
  if (rulesOn(cloud, owner, ip).length > 0) return held;
  return cloud.reread({ kind: 'address', path: held.path }, signal);
}

/** A resource as a spec that `desired` could have made. */
export function resourceOf(
  cloud: Cloud,
  owner: Owner,
  owned: ReadonlyMap<ResourceId, Held>,
  requested: ReadonlyMap<ResourceId, Requested>,
  held: Held,
): Resource {
  const reading: Reading = {
    refTo: (path) => referenceTo(cloud, owner, path),
    addressOf: (ip) => addressOf(cloud, owned, requested, nameOf(held.id), ip),
  };
  const spec = kindOf(held.kind).specOf(held.body, reading);
  const adopted = adoptedIn(held);
  if (adopted !== undefined) return { id: held.id, kind: held.kind, spec: { ...spec, adopted } };
  if (isStray(cloud, owned, held)) return { id: held.id, kind: held.kind, spec: { ...spec, keep: 'stray' } };
  if (held.kind !== 'instance-group' && held.kind !== 'endpoint-group') return { id: held.id, kind: held.kind, spec };
  return { id: held.id, kind: held.kind, spec: withGone(cloud, spec as InstanceGroupSpec) };
}

function referenceTo(cloud: Cloud, owner: Owner, path: ResourcePath): Ref | SharedRef | string {
  const held = cloud.known.at(path);
  if (!held?.mark) return path;
  if (ownerKey(held.mark.owner) === ownerKey(owner)) return { $ref: held.id };
  return held.mark.owner.kind === 'cluster' ? { $shared: held.id } : path;
}

/**
 * Which address of the graph an IP stands for. An IP that nobody reserved but that the owner's rule listens on stands
 * for the address that the owner should have: it is reserved as soon as that can be done, without touching the rule.
 */
function addressOf(
  cloud: Cloud,
  owned: ReadonlyMap<ResourceId, Held>,
  requested: ReadonlyMap<ResourceId, Requested>,
  name: string,
  ip: string,
): Ref | string {
  for (const [id, found] of requested) if (found.ip === ip) return { $ref: id };
  const own = owned.get(`address/${name}`);
  if (own && !isStray(cloud, owned, own)) return ipIn(own, 'address') === ip ? ref('address', name) : ip;
  const rule = owned.get(`forwarding-rule/${name}`);
  return rule && ipIn(rule, 'IPAddress') === ip && !cloud.known.addressWith(ip) ? ref('address', name) : ip;
}

/**
 * Whether this is a reservation under the rule's name that holds another IP, while only the rule holds its own. Two
 * processes at once, or one that was cut off, can leave this behind. Clients know the rule's IP: the reservation is what
 * has to give way. So it is without a rule when it was made for one that was to be taken over and is not any more.
 */
export function isStray(cloud: Cloud, owned: ReadonlyMap<ResourceId, Held>, held: Held): boolean {
  if (held.kind !== 'address') return false;
  const rule = owned.get(`forwarding-rule/${nameOf(held.id)}`);
  if (!rule) return isForOthers(cloud, held);
  const ip = ipIn(rule, 'IPAddress');
  return ip !== '' && ip !== ipIn(held, 'address') && !cloud.known.addressWith(ip);
}

/** Whether only rules of others' use the address, which they had before it was reserved: a later one took it from its owner. */
export function isForOthers(cloud: Cloud, held: Held): boolean {
  const users = texts(held.body, 'users').flatMap((url) => pathOfUrl(url) ?? []);
  return users.length > 0 && users.every((path) => isBefore(cloud.known.at(path), held));
}

const isBefore = (rule: Held | undefined, { mark, since }: Held): boolean =>
  rule?.kind === 'forwarding-rule' &&
  (!rule.mark || !mark || ownerKey(rule.mark.owner) !== ownerKey(mark.owner)) &&
  rule.since !== null &&
  since !== null &&
  rule.since < since;

/** Machines of a zone that the API said do not exist and that are not asked for again yet. */
export function goneIn({ config, goneMachines }: Cloud, zone: string): readonly ResourcePath[] {
  const prefix = machinePath({ project: config.project, zone, name: '' });
  return [...goneMachines.keys()].filter((path) => path.startsWith(prefix) && goneMachines.waits(path));
}

/** Machines that the API said do not exist count as members until it is time to ask for them again. */
function withGone(cloud: Cloud, spec: InstanceGroupSpec): InstanceGroupSpec {
  const gone = goneIn(cloud, spec.zone).map(lastSegment);
  return gone.length === 0 ? spec : { ...spec, members: [...new Set([...spec.members, ...gone])].toSorted() };
}

/**
 * Addresses that an owner's rules have and nobody reserved: there, though no resource. They end with their rule, so one
 * that is replaced has its address reserved before.
 */
export function heldAddresses(
  cloud: Cloud,
  owned: ReadonlyMap<ResourceId, Held>,
  requested: ReadonlyMap<ResourceId, Requested>,
): Resource<'address', AddressSpec>[] {
  const asked = new Set([...requested.values()].map(({ ip }) => ip));
  return [...owned.values()].flatMap((rule) => {
    const name = nameOf(rule.id);
    const id = `address/${name}` as const;
    const ip = rule.kind === 'forwarding-rule' ? ipIn(rule, 'IPAddress') : '';
    if (ip === '' || asked.has(ip) || cloud.known.addressWith(ip) || cloud.known.named(id).length > 0) return [];
    // Refused by the quota it is as reserved as it can be, until it is time to ask again.
    const refused = cloud.unreserved.waits(pathTo(cloud.config, 'addresses', name));
    return [resource('address', name, { ...heldAddressOf(rule), keep: refused ? 'reserved' : 'held' })];
  });
}

/** The address of a rule, as far as the rule tells. */
export function heldAddressOf(rule: Held): AddressSpec {
  const refTo = (): string => '';
  const { scheme, family, tier, subnetwork, labels } = forwardingRule.specOf(rule.body, { refTo, addressOf: refTo });
  return { scheme, family, tier, subnetwork, labels, keep: 'held' };
}

/** What a person should know about an address that the quota keeps from being reserved. */
export const quotaUsedUp = (name: string): string =>
  `The quota for static addresses is used up, so ${name} was not reserved: the IP is kept only as long as the ` +
  'forwarding rule. It is reserved as soon as the quota allows.';
