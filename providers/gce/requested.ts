import { PorticoError } from '../../src/errors.ts';
import type { Step } from '../../src/graph/plan.ts';
import { nameOf, type Ref, refsOf } from '../../src/graph/resource.ts';
import type { Scheme } from '../../src/model/intent.ts';
import type { Notice } from '../../src/provider.ts';
import { type Owner, ownerLabel } from '../../src/model/owner.ts';
import type { Cloud } from './cloud.ts';
import { claim, contestOf } from './contest.ts';
import { type Doubt, ipIn } from './inventory.ts';
import { isIp, readRequestedName } from './kinds/requested-address.ts';
import { pathTo } from './paths.ts';

/** A person's address: found by now, or the person has to act. */
export async function settleRequested(cloud: Cloud, step: Step, signal: AbortSignal): Promise<readonly Notice[]> {
  const unfit = refuses(step);
  if (unfit) throw unfit;
  const { asked, ipOrName } = readRequestedName(nameOf(step.resource.id));
  if (step.op === 'delete' || (await cloud.findAddress(ipOrName, signal))) return [];
  throw noSuchAddress(cloud, asked.scheme, ipOrName);
}

/** A person's address that does not fit: known before anything is made for it. */
export function refuses({ op, resource, changes }: Step): PorticoError | undefined {
  if (resource.kind !== 'requested-address' || op !== 'update') return undefined;
  const { ipOrName } = readRequestedName(nameOf(resource.id));
  const differs = changes.map(({ field, from, to }) => `${field} is ${String(from)}, not ${String(to)}`).join('; ');
  return new PorticoError('invalid', `The address ${ipOrName} does not fit the Service: ${differs}.`, {
    object: ipOrName,
  });
}

/** Milliseconds after which a requested address that was not there is looked for again. */
const lookAgain = 60_000;

export const noSuchAddress = ({ config }: Cloud, scheme: Scheme, ipOrName: string): PorticoError =>
  new PorticoError(
    'invalid',
    `There is no reserved ${scheme} address ${ipOrName} in ${config.region}. Reserve it ` +
      '(gcloud compute addresses create), or ask for no address.',
    { object: ipOrName, retryAfterMs: lookAgain },
  );

/** Whether the rule is to listen on a person's address. */
export function isRequested({ resource }: Step): boolean {
  const target = (resource.spec as { readonly address?: Ref | string }).address;
  return typeof target === 'object' && target.$ref.startsWith('requested-address/');
}

/**
 * Before something is made for a person's address: throws `stale` when another Service went there since it was looked at. From
 * here on it is the owner's until that asks for another and has nothing there.
 */
export function claimRequested(cloud: Cloud, { resource }: Step, owner: Owner): void {
  for (const id of refsOf(resource.spec)) {
    if (!id.startsWith('requested-address/')) continue;
    const { ipOrName } = readRequestedName(nameOf(id));
    const held = isIp(ipOrName) ? undefined : cloud.known.named(`address/${ipOrName}`)[0];
    const ip = held ? ipIn(held, 'address') : ipOrName;
    const first = claim(cloud, owner, ip, true);
    if (first) throw new PorticoError('stale', `${ip} was taken by ${ownerLabel(first)} meanwhile.`, { object: ip });
  }
}

/** After a refusal: throws `stale` when somebody took the address since it was looked at, so that it is looked at again. */
export async function assertStillFree(cloud: Cloud, step: Step, owner: Owner, signal: AbortSignal): Promise<void> {
  for (const doubt of addressDoubts(cloud, step)) {
    const held = await cloud.reread(doubt, signal);
    const contest = held && (await contestOf(cloud, owner, held, signal));
    if (!contest) continue;
    cloud.known.doubt(owner, {
      kind: 'forwarding-rule',
      path: pathTo(cloud.config, 'forwardingRules', nameOf(step.resource.id)),
    });
    throw new PorticoError('stale', `${held.path} was taken by ${contest.others} meanwhile.`, { object: held.path });
  }
}

/** The address that a failed step relied on: a person may have changed it, and holding it may have been what failed. */
export function addressDoubts(cloud: Cloud, { resource }: Step): Doubt[] {
  const target = (resource.spec as { readonly address?: Ref | string }).address;
  if (typeof target !== 'object') return [];
  const name = nameOf(target.$ref);
  if (!target.$ref.startsWith('requested-address/')) {
    return [{ kind: 'address', path: pathTo(cloud.config, 'addresses', name) }];
  }
  const { ipOrName } = readRequestedName(name);
  const held = isIp(ipOrName) ? cloud.known.addressWith(ipOrName) : cloud.known.named(`address/${ipOrName}`)[0];
  return held ? [{ kind: 'address', path: held.path }] : [];
}
