import type { Document } from './json.ts';
import { type Key, type Scope, scopePath } from './links.ts';

/** creating: readable, but nothing may refer to it yet; deleting: still there, but on its way out. */
export type Phase = 'creating' | 'ready' | 'deleting';

export interface Entry {
  readonly key: Key;
  readonly collection: string;
  readonly scope: Scope;
  readonly name: string;
  readonly id: string;
  /** Counts what was made in this project. */
  readonly sequence: number;
  /** As last committed. Computed fields (sizes, users, status) are added when it is shown. */
  readonly body: Document;
  readonly phase: Phase;
  /** Operations that are changing it now. */
  readonly running: number;
}

/**
 * Every resource of the project, and who refers to whom. Listings come in order of names inside a scope, as the
 * API's do, whatever the order of creation.
 */
export interface ResourceStore {
  readonly get: (key: Key) => Entry | undefined;
  /** Adds or replaces; `references` are the keys that it (or its change under way) refers to. */
  readonly put: (entry: Entry, references: readonly Key[]) => void;
  readonly remove: (key: Key) => void;
  readonly referrers: (key: Key) => readonly Entry[];
  readonly list: (collection: string, scope?: Scope) => readonly Entry[];
  /** Counts all changes so far: equal numbers mean that nothing happened in between. */
  readonly revision: () => number;
  readonly all: () => readonly Entry[];
}

export function createResourceStore(onChange: (key: Key) => void): ResourceStore {
  const entries = new Map<Key, Entry>();
  const byPlace = new Map<string, Map<Key, Entry>>();
  const outgoing = new Map<Key, readonly Key[]>();
  const incoming = new Map<Key, Set<Key>>();
  let revision = 0;

  const place = (scope: Scope, collection: string) => `${scopePath(scope)}/${collection}`;
  const relink = (key: Key, references: readonly Key[]) => {
    for (const target of outgoing.get(key) ?? []) incoming.get(target)?.delete(key);
    for (const target of references) {
      const users = incoming.get(target);
      if (users === undefined) incoming.set(target, new Set([key]));
      else users.add(key);
    }
    if (references.length === 0) outgoing.delete(key);
    else outgoing.set(key, references);
  };
  const changed = (key: Key) => {
    revision += 1;
    onChange(key);
  };
  const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : 1);

  return {
    get: (key) => entries.get(key),
    put: (entry, references) => {
      entries.set(entry.key, entry);
      const at = place(entry.scope, entry.collection);
      const siblings = byPlace.get(at);
      if (siblings === undefined) byPlace.set(at, new Map([[entry.key, entry]]));
      else siblings.set(entry.key, entry);
      relink(entry.key, references);
      changed(entry.key);
    },
    remove: (key) => {
      const entry = entries.get(key);
      if (entry === undefined) return;
      entries.delete(key);
      byPlace.get(place(entry.scope, entry.collection))?.delete(key);
      relink(key, []);
      changed(key);
    },
    referrers: (key) => [...(incoming.get(key) ?? [])].flatMap((user) => entries.get(user) ?? []),
    list: (collection, scope) => {
      if (scope !== undefined) return [...(byPlace.get(place(scope, collection))?.values() ?? [])].toSorted(byName);
      return [...entries.values()].filter((entry) => entry.collection === collection).toSorted(byName);
    },
    revision: () => revision,
    all: () => [...entries.values()],
  };
}
