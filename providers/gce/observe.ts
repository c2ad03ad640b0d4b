import { asPorticoError } from '../../src/errors.ts';
import { equal } from '../../src/graph/diff.ts';
import { type Graph, graph, isRef, nameOf, type Resource, type ResourceId } from '../../src/graph/resource.ts';
import { type Owner, ownerKey, ownerLabel } from '../../src/model/owner.ts';
import type { Ingress, Observation, StickyAddress } from '../../src/provider.ts';
import { familyOf } from './addresses.ts';
import { assertSameAddress, findAdopted } from './adoption.ts';
import type { Cloud } from './cloud.ts';
import { list, text, texts } from './compute/fields.ts';
import { misplacedOn, releaseClaims } from './contest.ts';
import { existingGroups } from './desired.ts';
import { adoptedIn, type Held, ipIn } from './inventory.ts';
import { schemeOf } from './kinds/address.ts';
import type { FirewallSpec } from './kinds/firewall.ts';
import type { ForwardingRuleSpec } from './kinds/forwarding-rule.ts';
import type { InstanceGroupSpec } from './kinds/instance-group.ts';
import { isKind } from './kinds/kinds.ts';
import { readRequestedName } from './kinds/requested-address.ts';
import { partsOf, pathOfUrl, pathTo } from './paths.ts';
import { possibleOf } from './possible.ts';
import { noSuchAddress } from './requested.ts';
import { isLeft } from './retention.ts';
import { findRequested, goneIn, heldAddresses, isStray, quotaUsedUp, type Requested, resourceOf } from './reading.ts';

/** What the owner has, from what is known; asks the cloud only at the start and about what is in doubt. */
export async function observe(
  cloud: Cloud,
  owner: Owner,
  wanted: Iterable<ResourceId>,
  signal: AbortSignal,
): Promise<Observation> {
  await cloud.settle(owner, signal);
  const ids = [...wanted];
  const { adopted, requested } = await findAsked(cloud, owner, ids, signal);
  const owned = cloud.known.of(owner);
  if (ids.length === 0 && owned.size === 0) forgetAddresses(cloud, owner);
  releaseClaims(
    cloud,
    owner,
    new Set([...requested.values()].flatMap(({ ip, isFit }) => (isFit === true && ip !== undefined ? [ip] : []))),
  );
  const addresses = stickyAddresses(cloud, owned, requested);
  assertRequestedExist(cloud, requested, addresses);
  const resources = graph([
    ...[...owned.values()].map((held) => resourceOf(cloud, owner, owned, requested, held)),
    ...[...requested.values()].flatMap((found) => found.resource ?? []),
    ...heldAddresses(cloud, owned, requested),
    ...adopted,
  ]);
  const yielded = new Set([...requested.values()].flatMap(({ yielded: ip }) => ip ?? []));
  // A rule that is to be taken over stays until another takes its place.
  const misplaced = misplacedOn(
    yielded,
    [...owned.values()].filter((held) => adoptedIn(held) === undefined),
  );
  return {
    graph: resources,
    foreign: new Map([
      ...foreignOf(cloud, owner, ids),
      ...[...requested].flatMap(([id, { foreign }]) => (foreign === undefined ? [] : [[id, foreign] as const])),
    ]),
    sticky: {
      addresses,
      zones: zonesOf(resources),
      ...(misplaced.length > 0 ? { misplaced } : {}),
      ...(owner.kind === 'cluster' && isLent(cloud, owned) ? { lent: true } : {}),
      ...(cloud.zones.size > 0 ? { knownZones: [...cloud.zones] } : {}),
    },
    ingress: ingressOf(owned, resources, ids),
    ...waiting(cloud, owner, owned),
    ...ageOf([...owned.values()]),
  };
}

/** What of others' the owner asks for. Who asks for what is not to be had keeps nobody out of an address. */
async function findAsked(
  cloud: Cloud,
  owner: Owner,
  ids: readonly ResourceId[],
  signal: AbortSignal,
): Promise<{ readonly adopted: readonly Resource[]; readonly requested: ReadonlyMap<ResourceId, Requested> }> {
  try {
    const adopted = await findAdopted(cloud, owner, ids, signal);
    const requested = await findRequested(cloud, owner, ids, signal);
    assertSameAddress(cloud, owner, requested);
    return { adopted, requested };
  } catch (thrown) {
    if (asPorticoError(thrown).code === 'invalid') releaseClaims(cloud, owner, new Set());
    throw thrown;
  }
}

/** Who has nothing and wants nothing has no rule whose replacement was begun and not ended. */
function forgetAddresses(cloud: Cloud, owner: Owner): void {
  if (owner.kind === 'cluster') return;
  for (const { kind, path } of possibleOf(cloud.config, owner, [])) {
    if (kind !== 'address') continue;
    cloud.passing.delete(path);
    cloud.replacing.delete(path);
  }
}

/** Nothing is made for a Service, or changed, while an address that it asks for is not there. */
function assertRequestedExist(
  cloud: Cloud,
  requested: ReadonlyMap<ResourceId, Requested>,
  own: readonly StickyAddress[],
): void {
  for (const [id, { resource, foreign }] of requested) {
    const { asked, ipOrName } = readRequestedName(nameOf(id));
    if (resource || foreign !== undefined || own.some(({ ip }) => ip === ipOrName)) continue;
    throw noSuchAddress(cloud, asked.scheme, ipOrName);
  }
}

function ageOf(owned: readonly Held[]): Pick<Observation, 'since'> {
  const known = owned.flatMap(({ since }) => (since === null ? [] : [since]));
  return known.length === 0 ? {} : { since: Math.min(...known) };
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
    if (isStray(cloud, owned, held)) return [];
    if (held.kind === 'address') {
      const ip = ipIn(held, 'address');
      return ip === '' ? [] : [{ scheme: schemeOf(text(held.body, 'addressType')), family: familyOf(ip), ip }];
    }
    if (held.kind !== 'forwarding-rule') return [];
    const ip = ipIn(held, 'IPAddress');
    const scheme = schemeOf(text(held.body, 'loadBalancingScheme'));
    const reserved = owned.get(`address/${nameOf(held.id)}`);
    const others = (reserved && !isStray(cloud, owned, reserved)) || cloud.known.addressWith(ip) || asked.has(ip);
    return ip === '' || others ? [] : [{ scheme, family: familyOf(ip), ip }];
  });
}

/** What is behind the groups that the owner holds, and what it cannot have yet. */
function waiting(
  cloud: Cloud,
  owner: Owner,
  owned: ReadonlyMap<ResourceId, Held>,
): Pick<Observation, 'members' | 'unreserved' | 'lookAgainMs'> {
  const { backends } = cloud.config;
  const kind = backends.kind === 'instance-groups' ? 'instance-group' : 'endpoint-group';
  const holdsGroups =
    backends.kind === 'instance-groups'
      ? owner.kind === 'cluster'
      : backends.kind === 'endpoint-groups' && owner.kind === 'service';
  const groups = [...owned.values()].filter((held) => held.kind === kind);
  const gone = groups.flatMap((held) => goneIn(cloud, partsOf(held.path).location ?? ''));
  const unreserved = [...owned.values()].flatMap((held) => {
    const name = nameOf(held.id);
    const refused = held.kind === 'forwarding-rule' && cloud.unreserved.has(pathTo(cloud.config, 'addresses', name));
    return refused && !cloud.known.addressWith(ipIn(held, 'IPAddress')) ? [name] : [];
  });
  const later = [
    cloud.goneMachines.nextInMs(gone),
    cloud.unreserved.nextInMs(unreserved.map((name) => pathTo(cloud.config, 'addresses', name))),
  ].filter((ms) => ms !== undefined);
  return {
    ...(holdsGroups ? { members: groups.reduce((sum, { body }) => sum + texts(body, 'members').length, 0) } : {}),
    ...(unreserved.length === 0
      ? {}
      : { unreserved: { reason: 'QuotaExceeded', message: quotaUsedUp(unreserved.join(' and ')) } }),
    ...(later.length === 0 ? {} : { lookAgainMs: Math.min(...later) }),
  };
}

/** Whether a balancer that was left to nobody sends to groups of the cluster's, or asks its health check. */
function isLent(cloud: Cloud, owned: ReadonlyMap<ResourceId, Held>): boolean {
  const shared = new Set([...owned.values()].map(({ path }) => path));
  // Groups that others keep stand behind balancers of theirs too, which need nothing of ours: what a Service left does.
  const groups = new Set(owned.size > 0 ? existingGroups(cloud.config) : []);
  return cloud.known.unowned('backend-service').some((held) => {
    const behind = list(held.body, 'backends').flatMap((each) => pathOfUrl(text(each, 'group') ?? '') ?? []);
    const asks = texts(held.body, 'healthChecks').flatMap((url) => pathOfUrl(url) ?? []);
    return (
      [...asks, ...behind].some((path) => shared.has(path)) || (isLeft(held) && behind.some((path) => groups.has(path)))
    );
  });
}

const zonesOf = (resources: Graph): string[] =>
  [...resources.values()]
    .filter((each) => each.kind === 'instance-group')
    .map((each) => (each.spec as InstanceGroupSpec).zone)
    .toSorted();

/** The addresses of rules whose every need is there; where a firewall is wanted, one that is open for just this address. */
function ingressOf(owned: ReadonlyMap<ResourceId, Held>, resources: Graph, wanted: readonly ResourceId[]): Ingress[] {
  const ready = [...owned.values()].filter((held) => {
    if (held.kind !== 'forwarding-rule') return false;
    const spec = resources.get(held.id)?.spec as ForwardingRuleSpec | undefined;
    const firewall: ResourceId = `firewall/${nameOf(held.id)}`;
    const open = resources.get(firewall)?.spec as FirewallSpec | undefined;
    return (
      wanted.includes(held.id) &&
      isRef(spec?.backendService) &&
      resources.has(spec.backendService.$ref) &&
      (!wanted.includes(firewall) || equal(open?.destination, spec.address))
    );
  });
  return ready
    .map((held) => ({ ip: ipIn(held, 'IPAddress') }))
    .filter(({ ip }) => ip !== '')
    .toSorted((a, b) => (a.ip < b.ip ? -1 : 1));
}
