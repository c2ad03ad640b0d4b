import { PorticoError } from '../../src/errors.ts';
import { nameOf, type ResourceId } from '../../src/graph/resource.ts';
import { type Owner, ownerKey, type OwnerMark, parseMark } from '../../src/model/owner.ts';
import { withoutLength } from './addresses.ts';
import type { Body } from './compute/calls.ts';
import { text, textMap } from './compute/fields.ts';
import type { GceConfig } from './config.ts';
import { type KindName, kindOf } from './kinds/kinds.ts';
import { lastSegment, partsOf, pathTo, type ResourcePath } from './paths.ts';

/** One resource of the cloud as the adapter knows it. */
export interface Held {
  readonly path: ResourcePath;
  readonly kind: KindName;
  readonly id: ResourceId;
  /** Only when the mark names this very resource: a copy under another name, description and all, is somebody else's. */
  readonly mark: OwnerMark | undefined;
  /** When it was made, in milliseconds since the epoch; null until the cloud has told. */
  readonly since: number | null;
  /** The fields that its kind reads, nothing else. */
  readonly body: Body;
}

/** With this label an address or a rule is nobody's, whatever its description says: that cannot be changed. */
export const keptLabel = 'portico-kept';

/** A resource from an answer of the API, or from what was sent to it. */
export function heldFrom(config: GceConfig, kind: KindName, body: Body): Held {
  const { collection, fields } = kindOf(kind);
  const name = text(body, 'name') ?? '';
  // The API gives the zone's URL; its name does as well.
  const zone = text(body, 'zone');
  const path = pathTo(config, collection, name, zone === null ? undefined : lastSegment(zone));
  const id: ResourceId = `${kind}/${name}`;
  const mark = parseMark(text(body, 'description'));
  const since = Date.parse(text(body, 'creationTimestamp') ?? '');
  return {
    path,
    kind,
    id,
    mark: mark?.role === id && textMap(body, 'labels')[keptLabel] === undefined ? mark : undefined,
    since: Number.isNaN(since) ? null : since,
    body: Object.fromEntries(fields.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]]]))),
  };
}

/** A resource whose state has to be read again, because the outcome of a call is not known. */
export interface Doubt {
  readonly kind: KindName;
  readonly path: ResourcePath;
}

/** A doubt, and whose observation is to clear it up. */
export interface OpenDoubt extends Doubt {
  readonly owner: Owner;
}

/**
 * What the adapter believes to be in the cloud: all that carries a mark, all addresses, and what else sits under names
 * that begin like ours. Filled by listing, kept by what our own calls did; never asks the cloud itself.
 */
export interface Inventory {
  at(path: ResourcePath): Held | undefined;
  /** All that an owner has, by id; a rule that it is taking over under the id of the rule that takes its place. */
  of(owner: Owner): ReadonlyMap<ResourceId, Held>;
  /** Everything under this id, in any zone, whoever has it. */
  named(id: ResourceId): readonly Held[];
  /** All of a kind that carry nobody's mark, as far as their names begin like ours. */
  unowned(kind: KindName): readonly Held[];
  /** The address resource that holds an IP. */
  addressWith(ip: string): Held | undefined;
  /** Lends these rules of others to an owner in place of those lent before. A rule that is gone is lent no more. */
  lend(owner: Owner, rules: readonly Held[]): void;
  owners(): readonly Owner[];
  /** Records the state of a path as our own call, or a read after it, left it. */
  set(path: ResourcePath, held: Held | undefined): void;
  doubt(owner: Owner, doubt: Doubt): void;
  doubtsOf(owner: Owner): readonly OpenDoubt[];
  /** Those of all owners, also of such as have nothing any more. */
  doubts(): readonly OpenDoubt[];
  settle(owner: Owner, doubt: Doubt): void;
  /** Whether the state of the path is known from our own call, or a read after it, of not long ago. */
  isFresh(path: ResourcePath): boolean;
  /** Nothing counts as known from our own calls any more: others wrote since. */
  distrust(): void;
  /** How many owners there are, how many have something lent, and in doubt. */
  sizes(): Readonly<Record<'owners' | 'lent' | 'doubts', number>>;
  /** Begins a listing, whose result does not undo what is set while it runs. */
  listing(): Listing;
}

export interface Listing {
  /**
   * Everything is as listed, save for the paths that were set since the listing began. What was set not long before it and is
   * listed otherwise is in doubt: a list may be behind. What is `certain` was read, and is in no doubt.
   */
  complete(all: Iterable<Held>, certain?: ReadonlySet<ResourcePath>): void;
  abandon(): void;
}

/**
 * Milliseconds for which a list may miss what was made, and show what was deleted. The Compute API promises nothing here;
 * what is seen are seconds.
 */
export const listLag = 120_000;

/** `now` in milliseconds of a clock that never goes back. */
export function inventory(now: () => number): Inventory {
  let byPath = new Map<ResourcePath, Held>();
  let byOwner = new Map<string, Map<ResourceId, Held>>();
  let byId = new Map<ResourceId, Map<ResourcePath, Held>>();
  let byIp = new Map<string, Held>();
  const lent = new Map<string, ReadonlyMap<ResourceId, Held>>();
  const doubts = new Map<string, Map<ResourcePath, OpenDoubt>>();
  /** When a path was set. */
  const setAt = new Map<ResourcePath, number>();
  const isFresh = (path: ResourcePath): boolean => (setAt.get(path) ?? Number.NEGATIVE_INFINITY) >= now() - listLag;
  /** Paths set while listings run, per listing. */
  const running = new Set<Set<ResourcePath>>();

  const add = (held: Held): void => {
    byPath.set(held.path, held);
    sub(byId, held.id).set(held.path, held);
    if (held.mark) sub(byOwner, ownerKey(held.mark.owner)).set(held.id, held);
    const ip = held.kind === 'address' ? text(held.body, 'address') : null;
    if (ip !== null) byIp.set(withoutLength(ip), held);
  };
  const remove = (held: Held): void => {
    byPath.delete(held.path);
    const namesakes = byId.get(held.id);
    namesakes?.delete(held.path);
    if (namesakes?.size === 0) byId.delete(held.id);
    if (held.mark) {
      const key = ownerKey(held.mark.owner);
      const owned = byOwner.get(key);
      if (owned?.get(held.id)?.path === held.path) owned.delete(held.id);
      if (owned?.size === 0) byOwner.delete(key);
    }
    const ip = text(held.body, 'address');
    if (ip !== null && byIp.get(withoutLength(ip))?.path === held.path) byIp.delete(withoutLength(ip));
  };

  const doubt = (owner: Owner, about: Doubt): void => {
    sub(doubts, ownerKey(owner)).set(about.path, { ...about, owner });
  };

  /** What is ours by one of the two and there by only one of them has to be read. Gives what the list may have missed. */
  const differing = (listed: ReadonlyMap<ResourcePath, Held>, touched: ReadonlySet<ResourcePath>): readonly Held[] => {
    const missed: Held[] = [];
    for (const path of setAt.keys()) {
      if (!isFresh(path)) {
        setAt.delete(path);
        continue;
      }
      const [ours, theirs] = [byPath.get(path), listed.get(path)];
      const { mark, kind } = (ours && theirs ? undefined : (ours ?? theirs)) ?? {};
      if (!mark || !kind || touched.has(path)) continue;
      doubt(mark.owner, { kind, path });
      if (ours) missed.push(ours);
    }
    return missed;
  };

  return {
    at: (path) => byPath.get(path),
    of: (owner) => {
      const owned: ReadonlyMap<ResourceId, Held> = byOwner.get(ownerKey(owner)) ?? new Map<ResourceId, Held>();
      const borrowed = lent.get(ownerKey(owner));
      return borrowed ? new Map([...borrowed, ...owned]) : owned;
    },
    named: (id) => [...(byId.get(id)?.values() ?? [])],
    unowned: (kind) => [...byPath.values()].filter((held) => held.kind === kind && !held.mark),
    addressWith: (ip) => byIp.get(ip),
    lend(owner, rules) {
      if (rules.length === 0) lent.delete(ownerKey(owner));
      else lent.set(ownerKey(owner), new Map(rules.map((held) => [held.id, held])));
    },
    owners: () =>
      [...byOwner.values()].flatMap((owned) => {
        const [first] = owned.values();
        return first?.mark ? [first.mark.owner] : [];
      }),
    set(path, held) {
      for (const touched of running) touched.add(path);
      setAt.set(path, now());
      const before = byPath.get(path);
      if (before) remove(before);
      if (held) add(held);
      else for (const [key, rules] of lent) takeBack(lent, key, rules, path);
    },
    doubt,
    doubtsOf: (owner) => [...(doubts.get(ownerKey(owner))?.values() ?? [])],
    doubts: () => [...doubts.values()].flatMap((open) => [...open.values()]),
    settle(owner, { path }) {
      const open = doubts.get(ownerKey(owner));
      open?.delete(path);
      if (open?.size === 0) doubts.delete(ownerKey(owner));
    },
    isFresh,
    distrust: () => setAt.clear(),
    sizes: () => ({ owners: byOwner.size, lent: lent.size, doubts: doubts.size }),
    listing() {
      const touched = new Set<ResourcePath>();
      running.add(touched);
      return {
        complete(all, certain = new Set()) {
          running.delete(touched);
          const listed = new Map([...all].flatMap((held) => (touched.has(held.path) ? [] : [[held.path, held]])));
          const kept = [...touched].flatMap((path) => byPath.get(path) ?? []);
          const missed = differing(listed, new Set([...touched, ...certain]));
          byPath = new Map();
          byOwner = new Map();
          byId = new Map();
          byIp = new Map();
          for (const held of [...listed.values(), ...missed, ...kept]) add(held);
        },
        abandon: () => running.delete(touched),
      };
    },
  };
}

function takeBack(
  lent: Map<string, ReadonlyMap<ResourceId, Held>>,
  key: string,
  rules: ReadonlyMap<ResourceId, Held>,
  path: ResourcePath,
): void {
  const left = [...rules].filter(([, held]) => held.path !== path);
  if (left.length === 0) lent.delete(key);
  else if (left.length < rules.size) lent.set(key, new Map(left));
}

/** The inner map of a key, made when missing. */
function sub<K, L, V>(outer: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = outer.get(key);
  if (found) return found;
  const made = new Map<L, V>();
  outer.set(key, made);
  return made;
}

/** Where the resource of an id lies or would lie. `zone` for zonal kinds. */
export function pathOfId(config: GceConfig, id: ResourceId, kind: KindName, zone?: string): ResourcePath {
  return pathTo(config, kindOf(kind).collection, nameOf(id), zone);
}

/** The call parameters that address a path. */
export function addressing(path: ResourcePath): { project: string; location?: string; name: string } {
  const { project, location, name } = partsOf(path);
  return { project, ...(location === null ? {} : { location }), name };
}

/** Refuses when something under our name is not the owner's. */
export function assertOwned(held: Held, owner: Owner): void {
  if (held.mark && ownerKey(held.mark.owner) === ownerKey(owner)) return;
  throw new PorticoError('conflict', `${held.path} exists and is not Portico's. Rename or delete it.`, {
    object: held.path,
  });
}

/** The IP of an address, or of a rule. */
export const ipIn = (held: Held, field: 'address' | 'IPAddress'): string => withoutLength(text(held.body, field) ?? '');

/** The rule's name in the cloud, when it is another's that its owner is taking over. */
export const adoptedIn = ({ kind, id, path }: Held): string | undefined =>
  kind === 'forwarding-rule' && nameOf(id) !== lastSegment(path) ? lastSegment(path) : undefined;
