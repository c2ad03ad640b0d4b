import { type Graph, type ResourceId } from '../../src/graph/resource.ts';
import { type Owner, ownerLabel } from '../../src/model/owner.ts';
import type { Cloud } from './cloud.ts';
import { texts } from './compute/fields.ts';
import { adoptedIn, type Held, ipIn } from './inventory.ts';
import { lastSegment, pathOfUrl, type ResourcePath } from './paths.ts';

/** An address that a Service asks for and that others use. */
export interface Contest {
  /** Names of what else uses it. */
  readonly others: string;
  /** Whether the owner has to leave it to them. */
  readonly yields: boolean;
}

/**
 * Who uses the address besides the owner; undefined when nobody does. Two Services that ask for a free address at once may
 * both get a rule with it, on different ports: then the older rule stays. To what a person made a working rule does not
 * yield: that is told, and left as it is.
 */
export async function contestOf(
  cloud: Cloud,
  owner: Owner,
  address: Held,
  signal: AbortSignal,
): Promise<Contest | undefined> {
  const users = texts(address.body, 'users').flatMap((url) => pathOfUrl(url) ?? []);
  const owned = new Set([...cloud.known.of(owner).values()].map(({ path }) => path));
  const isOwn = (path: ResourcePath): boolean => owned.has(path);
  const others = users.filter((path) => !isOwn(path));
  if (others.length === 0) return undefined;
  const mine = rulesOn(cloud, owner, ipIn(address, 'address'));
  const named = { others: others.map(lastSegment).join(', ') };
  if (mine.length === 0) return { ...named, yields: true };
  const look = async (paths: readonly ResourcePath[]): Promise<readonly Held[]> =>
    (await Promise.all(paths.map((path) => cloud.reread({ kind: 'forwarding-rule', path }, signal)))).flatMap(
      (held) => held ?? [],
    );
  const rules = others.filter((path) => path.includes('/forwardingRules/'));
  const rivals = await look(rules);
  if (rivals.length === 0 && rules.length === others.length) return undefined;
  const ours = await look(mine.map(({ path }) => path));
  return { ...named, yields: rivals.some((rival) => rival.mark && ours.every((rule) => isOlder(rival, rule))) };
}

/** Which other Service goes to the IP; undefined when nobody does, and then this one has it. */
export function claimedBy(cloud: Cloud, owner: Owner, ip: string): Contest | undefined {
  // A rule that it is lent may go at any time, and is no work begun.
  const serves = rulesOn(cloud, owner, ip).some((held) => adoptedIn(held) === undefined);
  const first = claim(cloud, owner, ip, serves);
  return first && { others: ownerLabel(first), yields: !serves };
}

/**
 * Takes the IP for the owner, unless another was first, which is then given. Who has a rule there keeps it also while the rule is
 * replaced: the firewall that is open for it tells so to a process that knows of no claims yet.
 */
export function claim(cloud: Cloud, owner: Owner, ip: string, making: boolean): Owner | undefined {
  const isThere = (each: Owner): boolean => misplacedOn(new Set([ip]), cloud.known.of(each).values()).length > 0;
  const nearer = isThere(owner) ? undefined : cloud.known.owners().find(isThere);
  return nearer ?? cloud.claims.take(ip, owner, making);
}

/** Lets go of IPs that the owner does not ask for any more and has nothing at. */
export function releaseClaims(cloud: Cloud, owner: Owner, asked: ReadonlySet<string>): void {
  for (const ip of cloud.claims.of(owner)) {
    const empty = misplacedOn(new Set([ip]), cloud.known.of(owner).values()).length === 0;
    if (!asked.has(ip) && empty) cloud.claims.release(ip);
  }
}

const isOlder = (a: Held, b: Held): boolean =>
  a.since === b.since ? a.path < b.path : a.since !== null && b.since !== null && a.since < b.since;

/** Rules of the owner's that listen on the IP. */
export const rulesOn = (cloud: Cloud, owner: Owner, ip: string): readonly Held[] =>
  [...cloud.known.of(owner).values()].filter(
    (held) => held.kind === 'forwarding-rule' && ipIn(held, 'IPAddress') === ip,
  );

/** What the owner has on IPs that it has to leave: its rules there, and what would let its clients in to another's balancer. */
export const misplacedOn = (ips: ReadonlySet<string>, owned: Iterable<Held>): readonly ResourceId[] =>
  ips.size === 0
    ? []
    : [...owned]
        .filter(
          (held) =>
            (held.kind === 'forwarding-rule' && ips.has(ipIn(held, 'IPAddress'))) ||
            (held.kind === 'firewall' &&
              texts(held.body, 'destinationRanges').some((range) => ips.has(range.replace(/\/\d+$/, '')))),
        )
        .map(({ id }) => id)
        .toSorted();

/** The graph without what has to give way. */
export const without = (graph: Graph, misplaced: readonly ResourceId[] = []): Graph =>
  misplaced.length === 0 ? graph : new Map([...graph].filter(([id]) => !misplaced.includes(id)));
