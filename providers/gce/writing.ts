import { PorticoError } from '../../src/errors.ts';
import type { Step } from '../../src/graph/plan.ts';
import { nameOf, type Ref, type ResourceId, type SharedRef } from '../../src/graph/resource.ts';
import { formatMark, type Owner } from '../../src/model/owner.ts';
import { withoutLength } from './addresses.ts';
import type { Cloud } from './cloud.ts';
import type { Body } from './compute/calls.ts';
import { text } from './compute/fields.ts';
import type { Held } from './inventory.ts';
import type { Writing } from './kinds/kind.ts';
import { type KindName, kindOf } from './kinds/kinds.ts';
import { isIp, readRequestedName } from './kinds/requested-address.ts';
import { assertPath, type ResourcePath } from './paths.ts';

/** The whole body as it is sent, with name and mark. */
export function bodyOf(cloud: Cloud, { resource }: Step, owner: Owner, kind: KindName): Body {
  return {
    name: nameOf(resource.id),
    description: formatMark({ owner, role: resource.id }),
    ...kindOf(kind).bodyOf(resource.spec, writing(cloud, owner)),
  };
}

export function writing(cloud: Cloud, owner: Owner): Writing {
  const heldBy = (id: ResourceId, by: Owner): Held => {
    const held = cloud.known.of(by).get(id);
    if (held) return held;
    throw new PorticoError('not-found', `${id} is not there yet. Waiting for it.`, { object: id });
  };
  return {
    pathTo: (target: Ref | SharedRef | string): ResourcePath => {
      if (typeof target === 'string') return assertPath(target as ResourcePath, target);
      if ('$ref' in target) return heldBy(target.$ref, owner).path;
      return heldBy(target.$shared, { kind: 'cluster', cluster: owner.cluster }).path;
    },
    ipOf: (target: Ref | string): string =>
      typeof target === 'string' ? target : ipOfReference(cloud, owner, target.$ref),
  };
}

/** The IP behind an address of the graph: reserved, requested, or, while it cannot be reserved, that of the rule. */
function ipOfReference(cloud: Cloud, owner: Owner, id: ResourceId): string {
  if (id.startsWith('requested-address/')) {
    const { ipOrName } = readRequestedName(nameOf(id));
    if (isIp(ipOrName)) return ipOrName;
    const held = cloud.known.named(`address/${ipOrName}`)[0];
    return withoutLength(text(held?.body ?? {}, 'address') ?? '');
  }
  const owned = cloud.known.of(owner);
  const reserved = owned.get(id);
  if (reserved) return withoutLength(text(reserved.body, 'address') ?? '');
  const rule = owned.get(`forwarding-rule/${nameOf(id)}`);
  return withoutLength(text(rule?.body ?? {}, 'IPAddress') ?? '');
}

/** Reserves the very IP that the owner's rule already has, where there is one that nobody reserved. */
export function promotion(cloud: Cloud, owner: Owner, kind: KindName, id: ResourceId): Body {
  if (kind !== 'address') return {};
  const ip = ipOfReference(cloud, owner, id);
  if (ip === '' || cloud.known.addressWith(ip)) return {};
  // A range of IPv6 is promoted by its first address and length, and then takes no version.
  return ip.includes(':') ? { address: ip, prefixLength: 96, ipVersion: undefined } : { address: ip };
}
