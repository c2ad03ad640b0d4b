import { type Graph, graph, isRef, nameOf, type ResourceId } from '../../src/graph/resource.ts';
import { type Owner, ownerKey, ownerLabel } from '../../src/model/owner.ts';
import type { Ingress, Observation, StickyAddress } from '../../src/provider.ts';
import { familyOf } from './addresses.ts';
import type { Cloud } from './cloud.ts';
import { text } from './compute/fields.ts';
import type { Held } from './inventory.ts';
import { schemeOf } from './kinds/address.ts';
import type { ForwardingRuleSpec } from './kinds/forwarding-rule.ts';
import type { InstanceGroupSpec } from './kinds/instance-group.ts';
import { isKind } from './kinds/kinds.ts';
import { findRequested, heldAddresses, ipIn, type Requested, resourceOf } from './reading.ts';

/** What the owner has, from what is known; asks the cloud only at the start and about what is in doubt. */
export async function observe(
  cloud: Cloud,
  owner: Owner,
  wanted: Iterable<ResourceId>,
  signal: AbortSignal,
): Promise<Observation> {
  await cloud.settle(owner, signal);
  const ids = [...wanted];
  const requested = await findRequested(cloud, ids, signal);
  const owned = cloud.known.of(owner);
  const resources = graph([
    ...[...owned.values()].map((held) => resourceOf(cloud, owner, owned, requested, held)),
    ...[...requested.values()].flatMap((found) => found.resource ?? []),
    ...heldAddresses(cloud, owned, requested),
  ]);
  return {
    graph: resources,
    foreign: new Map([
      ...foreignOf(cloud, owner, ids),
      ...[...requested].flatMap(([id, { foreign }]) => (foreign === undefined ? [] : [[id, foreign] as const])),
    ]),
    sticky: { addresses: stickyAddresses(cloud, owned, requested), zones: zonesOf(resources) },
    ingress: ingressOf(owned, resources, ids),
  };
}

function* foreignOf(cloud: Cloud, owner: Owner, ids: readonly ResourceId[]): Generator<[ResourceId, string]> {
  for (const id of ids) {
    if (!isKind(id.slice(0, id.indexOf('/')))) continue;
    const other = cloud.known.named(id).find((held) => !held.mark || ownerKey(held.mark.owner) !== ownerKey(owner));
    if (!other) continue;
    const whose = other.mark ? `that belongs to ${ownerLabel(other.mark.owner)}` : 'that Portico did not make';
    yield [id, `${other.path}, a resource ${whose}`];
  }
}

/** From the owned addresses; or, where one is not reserved, from the rule that listens on it. */
function stickyAddresses(
  cloud: Cloud,
  owned: ReadonlyMap<ResourceId, Held>,
  requested: ReadonlyMap<ResourceId, Requested>,
): StickyAddress[] {
  const asked = new Set([...requested.values()].map(({ ip }) => ip));
  return [...owned.values()].flatMap((held): StickyAddress[] => {
    if (held.kind === 'address') {
      const ip = ipIn(held, 'address');
      return ip === '' ? [] : [{ scheme: schemeOf(text(held.body, 'addressType')), family: familyOf(ip), ip }];
    }
    if (held.kind !== 'forwarding-rule') return [];
    const ip = ipIn(held, 'IPAddress');
    const scheme = schemeOf(text(held.body, 'loadBalancingScheme'));
    const others = owned.has(`address/${nameOf(held.id)}`) || cloud.known.addressWith(ip) || asked.has(ip);
    return ip === '' || others ? [] : [{ scheme, family: familyOf(ip), ip }];
  });
}

const zonesOf = (resources: Graph): string[] =>
  [...resources.values()]
    .filter((each) => each.kind === 'instance-group')
    .map((each) => (each.spec as InstanceGroupSpec).zone)
    .toSorted();

/** The addresses of rules whose every need is there, firewall included where one is wanted. */
function ingressOf(owned: ReadonlyMap<ResourceId, Held>, resources: Graph, wanted: readonly ResourceId[]): Ingress[] {
  const ready = [...owned.values()].filter((held) => {
    if (held.kind !== 'forwarding-rule') return false;
    const spec = resources.get(held.id)?.spec as ForwardingRuleSpec | undefined;
    const firewall: ResourceId = `firewall/${nameOf(held.id)}`;
    return (
      wanted.includes(held.id) &&
      isRef(spec?.backendService) &&
      resources.has(spec.backendService.$ref) &&
      (!wanted.includes(firewall) || resources.has(firewall))
    );
  });
  return ready
    .map((held) => ({ ip: ipIn(held, 'IPAddress') }))
    .filter(({ ip }) => ip !== '')
    .toSorted((a, b) => (a.ip < b.ip ? -1 : 1));
}
