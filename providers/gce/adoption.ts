import { PorticoError } from '../../src/errors.ts';
import type { Step } from '../../src/graph/plan.ts';
import { nameOf, resource, type Resource, type ResourceId } from '../../src/graph/resource.ts';
import { type Owner, ownerKey, ownerLabel, type ServiceOwner } from '../../src/model/owner.ts';
import type { Notice } from '../../src/provider.ts';
import { familyOf } from './addresses.ts';
import type { Cloud } from './cloud.ts';
import { text, textMap, texts } from './compute/fields.ts';
import { ruleName } from './desired.ts';
import { addressing, adoptedIn, type Held, ipIn } from './inventory.ts';
import { adoptLabel, readAdoptedName } from './kinds/adopted-rule.ts';
import { isIp, readRequestedName } from './kinds/requested-address.ts';
import { lastSegment, pathOfUrl, pathTo } from './paths.ts';
import { isStray, type Requested } from './reading.ts';

/** Milliseconds after which a rule that was not there, or not given, is looked at again. */
const lookAgain = 60_000;

/**
 * The rules that the owner is to take the place of. One that is given to it counts as its own from here on, under the id of the rule
 * that takes its place: what it differs in makes the plan replace it, and a replacement keeps the address.
 *
 * Over, or not for it, when the owner has a rule or another address of its own. Throws `invalid` when the rule is not to be had: then
 * nothing is begun, above all no new address.
 */
export async function findAdopted(
  cloud: Cloud,
  owner: Owner,
  ids: readonly ResourceId[],
  signal: AbortSignal,
): Promise<readonly Resource[]> {
  cloud.known.lend(owner, []);
  if (owner.kind !== 'service') return [];
  const owned = cloud.known.of(owner);
  await readUsers(cloud, owned, signal);
  const lent: Held[] = [];
  const asked = ids.filter((id) => id.startsWith('adopted-rule/'));
  for (const id of asked) {
    const { scheme, family, rule } = readAdoptedName(nameOf(id));
    const name = ruleName(cloud.config, owner, scheme, family);
    const own: ResourceId = `forwarding-rule/${name}`;
    if (owned.has(own)) continue;
    const address = owned.get(`address/${name}`);
    const path = pathTo(cloud.config, 'forwardingRules', rule);
    const held = await cloud.reread({ kind: 'forwarding-rule', path }, signal);
    if (!held) {
      // Taken over before, and the rule that takes its place is not made yet, or was deleted: the address was kept for it, and
      // what stands behind it is made first.
      if (address || [...owned.values()].some(({ kind }) => kind === 'backend-service')) continue;
      throw refusal(owner, rule, `There is no forwarding rule ${rule} in ${cloud.config.region}.`);
    }
    if (address && !isStray(cloud, owned, address) && ipIn(address, 'address') !== ipIn(held, 'IPAddress')) continue;
    assertGiven(held, owner);
    const kind = text(held.body, 'loadBalancingScheme') ?? 'EXTERNAL';
    const isIpv6 = familyOf(ipIn(held, 'IPAddress')) === 'ipv6';
    if (kind !== scheme.toUpperCase() || isIpv6 !== (family === 'ipv6')) {
      throw refusal(
        owner,
        rule,
        `The forwarding rule ${rule} is ${kind} with ${ipIn(held, 'IPAddress')}, and the Service asks for ${scheme} ${family}.`,
      );
    }
    // Somebody may have reserved the address since the cloud was listed.
    await cloud.findAddress(ipIn(held, 'IPAddress'), signal);
    lent.push({ ...held, id: own, mark: { owner, role: own } });
  }
  cloud.known.lend(owner, lent);
  return asked.map((id) => resource('adopted-rule', nameOf(id), { rule: readAdoptedName(nameOf(id)).rule }));
}

/** What uses an address of the owner's without being its rule: whether the address was reserved to take its place is told by it. */
async function readUsers(cloud: Cloud, owned: ReadonlyMap<ResourceId, Held>, signal: AbortSignal): Promise<void> {
  for (const { kind, id, body } of owned.values()) {
    if (kind !== 'address' || owned.has(`forwarding-rule/${nameOf(id)}`)) continue;
    const users = texts(body, 'users').flatMap((url) => pathOfUrl(url) ?? []);
    for (const path of users) if (!cloud.known.at(path)) await cloud.reread({ kind: 'forwarding-rule', path }, signal);
  }
}

/** An adoption never changes the address: throws `invalid` where the Service asks for another, or a person reserved it. */
export function assertSameAddress(cloud: Cloud, owner: Owner, requested: ReadonlyMap<ResourceId, Requested>): void {
  for (const held of cloud.known.of(owner).values()) {
    const rule = adoptedIn(held);
    if (rule === undefined) continue;
    const ip = ipIn(held, 'IPAddress');
    const asked = [...requested].map(([id, found]) => {
      const { ipOrName } = readRequestedName(nameOf(id));
      return found.ip ?? (isIp(ipOrName) ? ipOrName : undefined);
    });
    const other = asked.find((each) => each !== undefined && familyOf(each) === familyOf(ip) && each !== ip);
    if (other !== undefined) {
      throw refusal(owner, rule, `The forwarding rule ${rule} has ${ip}, and the Service asks for ${other}.`);
    }
    // One that others use, or that is not there, is told of elsewhere.
    const mayBeAsked = asked.some((each) => each === undefined || each === ip);
    const reserved = cloud.known.addressWith(ip);
    const isOwn = reserved?.mark !== undefined && ownerKey(reserved.mark.owner) === ownerKey(owner);
    if (mayBeAsked || !reserved || isOwn) continue;
    const name = lastSegment(reserved.path);
    throw refusal(
      owner,
      rule,
      `The address ${ip} of the forwarding rule ${rule} is reserved as ${name}: name it as well, with portico.dev/static-address: ${name}.`,
    );
  }
}

/** The rule of another's that the step removes. */
export function adoptedBy(cloud: Cloud, { op, resource: { id } }: Step, owner: Owner): Held | undefined {
  const held = op === 'delete' ? cloud.known.of(owner).get(id) : undefined;
  return held && adoptedIn(held) !== undefined ? held : undefined;
}

/** Right before the rule goes: it is still given, and has the address that was kept. */
export function assertStillGiven(now: Held, before: Held, owner: Owner): void {
  assertGiven(now, owner);
  if (ipIn(now, 'IPAddress') === ipIn(before, 'IPAddress')) return;
  throw new PorticoError('stale', `${now.path} was changed meanwhile. Observing again.`, { object: now.path });
}

export const adoptionNotice = (held: Held, owner: Owner): Notice => {
  const rule = lastSegment(held.path);
  const target = pathOfUrl(text(held.body, 'target') ?? text(held.body, 'backendService'));
  const behind = target === undefined ? 'what stood behind it' : target;
  return {
    reason: 'AdoptedLoadBalancer',
    message:
      `${ownerLabel(owner)} takes over ${ipIn(held, 'IPAddress')} from the forwarding rule ${rule}, which is gone. ` +
      `Left in the cloud: ${behind}, and the health checks and firewall rules that were made for it.`,
  };
};

function assertGiven(held: Held, owner: Owner): void {
  const name = lastSegment(held.path);
  if (held.mark) {
    throw refusal(owner, name, `The forwarding rule ${name} belongs to ${ownerLabel(held.mark.owner)}.`);
  }
  const { uid } = owner as ServiceOwner;
  if (textMap(held.body, 'labels')[adoptLabel] === uid) return;
  const { project, location = '' } = addressing(held.path);
  throw refusal(
    owner,
    name,
    `The forwarding rule ${name} is not given to ${ownerLabel(owner)}. Somebody who may change it has to say so: ` +
      `gcloud compute forwarding-rules update ${name} --project ${project} --region ${location} --update-labels ${adoptLabel}=${uid}`,
  );
}

function refusal(owner: Owner, rule: string, why: string): PorticoError {
  const object = ownerLabel(owner);
  return new PorticoError('invalid', `${object} cannot take over ${rule}. ${why}`, { object, retryAfterMs: lookAgain });
}
