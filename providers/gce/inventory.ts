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

/**
 * What the adapter believes to be in the cloud: all that carries a mark, all addresses, and what else sits under names
 * that begin like ours. Filled by listing, kept by what our own calls did; never asks the cloud itself.
 */
export interface Inventory {
  at(path: ResourcePath): Held | undefined;
  /** All that an owner has, by id. */
  of(owner: Owner): ReadonlyMap<ResourceId, Held>;
  /** Everything under this id, in any zone, whoever has it. */
  named(id: ResourceId): readonly Held[];
  /** The address resource that holds an IP. */
  addressWith(ip: string): Held | undefined;
  owners(): readonly Owner[];
  /** Records the state of a path as our own call, or a read after it, left it. */
  set(path: ResourcePath, held: Held | undefined): void;
  doubt(owner: Owner, doubt: Doubt): void;
  doubtsOf(owner: Owner): readonly Doubt[];
  settle(owner: Owner, doubt: Doubt): void;
  /** Begins a listing, whose result does not undo what is set while it runs. */
  listing(): Listing;
}

export interface Listing {
  /** Everything is as listed, save for the paths that were set since the listing began. */
  complete(listed: Iterable<Held>): void;
  abandon(): void;
}

export function inventory(): Inventory {
  let byPath = new Map<ResourcePath, Held>();
  let byOwner = new Map<string, Map<ResourceId, Held>>();
  let byId = new Map<ResourceId, Map<ResourcePath, Held>>();
  let byIp = new Map<string, Held>();
  const doubts = new Map<string, Map<ResourcePath, Doubt>>();
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

  return {
    at: (path) => byPath.get(path),
    of: (owner) => byOwner.get(ownerKey(owner)) ?? new Map<ResourceId, Held>(),
    named: (id) => [...(byId.get(id)?.values() ?? [])],
    addressWith: (ip) => byIp.get(ip),
    owners: () =>
      [...byOwner.values()].flatMap((owned) => {
        const [first] = owned.values();
        return first?.mark ? [first.mark.owner] : [];
      }),
    set(path, held) {
      for (const touched of running) touched.add(path);
      const before = byPath.get(path);
      if (before) remove(before);
      if (held) add(held);
    },
    doubt: (owner, doubt) => sub(doubts, ownerKey(owner)).set(doubt.path, doubt),
    doubtsOf: (owner) => [...(doubts.get(ownerKey(owner))?.values() ?? [])],
    settle(owner, { path }) {
      const open = doubts.get(ownerKey(owner));
      open?.delete(path);
      if (open?.size === 0) doubts.delete(ownerKey(owner));
    },
    listing() {
      const touched = new Set<ResourcePath>();
      running.add(touched);
      return {
        complete(listed) {
          running.delete(touched);
          const kept = [...touched].flatMap((path) => byPath.get(path) ?? []);
          byPath = new Map();
          byOwner = new Map();
          byId = new Map();
          byIp = new Map();
          for (const held of listed) if (!touched.has(held.path)) add(held);
          for (const held of kept) add(held);
        },
        abandon: () => running.delete(touched),
      };
    },
  };
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
