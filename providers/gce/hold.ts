import { asPorticoError, PorticoError } from '../../src/errors.ts';
import type { Step } from '../../src/graph/plan.ts';
import { nameOf, type ResourceId } from '../../src/graph/resource.ts';
import { formatMark, type Owner, ownerKey } from '../../src/model/owner.ts';
import type { Cloud } from './cloud.ts';
import { texts } from './compute/fields.ts';
import { addressing, assertOwned, type Held, ipIn } from './inventory.ts';
import { address, type AddressSpec } from './kinds/address.ts';
import { pathOfUrl, pathTo, type ResourcePath } from './paths.ts';
import { heldAddressOf, isForOthers, isStray } from './reading.ts';
import { promotion, writing } from './writing.ts';

/** Whether the wanted address is to stay with its rule, unreserved. */
export const isHeld = ({ resource }: Step): boolean => (resource.spec as Partial<AddressSpec>).keep === 'held';

/**
 * Before a rule is replaced: reserves its IP when nobody did, since gone with the rule it could not be had again. Where
 * the quota does not allow that, the replacement is not begun.
 */
export function holdAddress(cloud: Cloud, step: Step, owner: Owner, signal: AbortSignal): Promise<void> {
  const { id, path, name } = addressOfRule(cloud, step);
  return cloud.alone(path, async () => {
    const rule = cloud.known.of(owner).get(step.resource.id);
    if (!rule || ipIn(rule, 'IPAddress') === '') return;
    // Somebody may have deleted the reservation since the cloud was listed: only what is there now keeps the IP.
    const reserved = cloud.known.addressWith(ipIn(rule, 'IPAddress'));
    if (reserved) await cloud.reread({ kind: 'address', path: reserved.path }, signal);
    if (!cloud.known.addressWith(ipIn(rule, 'IPAddress'))) {
      const under = cloud.known.of(owner).get(id);
      if (under) await giveUpStray(cloud, under, owner, signal);
      const { project, location = '' } = addressing(path);
      const body = {
        name,
        description: formatMark({ owner, role: id }),
        ...address.bodyOf(heldAddressOf(rule), writing(cloud, owner)),
        ...promotion(cloud, owner, 'address', id),
      };
      await cloud.compute
        .change({ collection: 'addresses', verb: 'insert', project, location, body }, signal)
        .catch((thrown: unknown) => {
          if (asPorticoError(thrown).code !== 'exists') throw thrown;
        });
      const made = await cloud.reread({ kind: 'address', path }, signal);
      // Somebody else's under the name keeps nothing of ours: the rule stays.
      if (!made || ipIn(made, 'address') !== ipIn(rule, 'IPAddress')) {
        throw new PorticoError(
          'conflict',
          `${path} exists and does not hold ${ipIn(rule, 'IPAddress')}, which would be lost with the rule. Rename or delete it.`,
          { object: path },
        );
      }
      if (!reserved) cloud.passing.add(path);
    }
    cloud.replacing.add(path);
  });
}

/** The replacement failed on the way: what is there then decides. */
export const unhold = (cloud: Cloud, step: Step): boolean => cloud.replacing.delete(addressOfRule(cloud, step).path);

/** After a rule was made: gives up a reservation that was only to last until then. */
export function letGo(cloud: Cloud, step: Step, owner: Owner, signal: AbortSignal): Promise<void> {
  const { path, id } = addressOfRule(cloud, step);
  cloud.replacing.delete(path);
  return cloud.alone(path, async () => {
    const held = cloud.known.of(owner).get(id);
    if (cloud.passing.has(path) && held) await release(cloud, held, owner, signal);
  });
}

/**
 * Gives up a reservation that holds another IP than its rule, or one that only others use. Both are read first: in use
 * otherwise, or with a rule that has its IP by now, it stays.
 */
export async function giveUpStray(cloud: Cloud, { id, path }: Held, owner: Owner, signal: AbortSignal): Promise<void> {
  const rule = pathTo(cloud.config, 'forwardingRules', nameOf(id));
  await cloud.reread({ kind: 'forwarding-rule', path: rule }, signal);
  const held = await cloud.reread({ kind: 'address', path }, signal);
  if (!held) return;
  assertOwned(held, owner);
  const users = texts(held.body, 'users').flatMap((url) => pathOfUrl(url) ?? []);
  await Promise.all(users.map((user) => cloud.reread({ kind: 'forwarding-rule', path: user }, signal)));
  const isFree = users.length === 0 || isForOthers(cloud, held);
  if (isFree && isStray(cloud, cloud.known.of(owner), held)) await release(cloud, held, owner, signal);
}

/**
 * When the Service no longer wants a reservation. While no rule has the IP for good, it stays until one does. While the rule
 * is in doubt, since its own deletion may run, nothing is done: the pass that left the doubt failed, and the next looks again.
 */
export function giveUpReservation(cloud: Cloud, step: Step, owner: Owner, signal: AbortSignal): Promise<void> {
  const { path } = addressOfRule(cloud, step);
  return cloud.alone(path, async () => {
    const owned = cloud.known.of(owner);
    const held = owned.get(step.resource.id);
    const rule = owned.get(`forwarding-rule/${nameOf(step.resource.id)}`);
    if (!held || (rule && cloud.known.doubtsOf(owner).some((doubt) => doubt.path === rule.path))) return;
    const stays = rule && ipIn(rule, 'IPAddress') === ipIn(held, 'address') && !cloud.replacing.has(path);
    if (stays) await release(cloud, held, owner, signal);
    else cloud.passing.add(path);
  });
}

/**
 * A rule keeps the IP when its reservation is deleted. https://cloud.google.com/compute/docs/ip-addresses
 * Its mark is read right before; what somebody put in its place stays.
 */
async function release(cloud: Cloud, { path }: Held, owner: Owner, signal: AbortSignal): Promise<void> {
  const now = await cloud.reread({ kind: 'address', path }, signal);
  if (!now?.mark || ownerKey(now.mark.owner) !== ownerKey(owner)) {
    cloud.passing.delete(path);
    return;
  }
  await cloud.compute.change({ collection: 'addresses', verb: 'delete', ...addressing(path) }, signal);
  cloud.known.set(path, undefined);
  cloud.passing.delete(path);
}

function addressOfRule(cloud: Cloud, { resource }: Step): { id: ResourceId; path: ResourcePath; name: string } {
  const name = nameOf(resource.id);
  return { id: `address/${name}`, path: pathTo(cloud.config, 'addresses', name), name };
}
