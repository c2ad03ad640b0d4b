import { conditionNotMet, invalidField } from './api-error.ts';
import { sameFingerprint } from './fingerprint.ts';
import { type Document, equal, isDocument, omit, text } from './json.ts';
import type { Kind, Site } from './kind.ts';
import type { Entry } from './resource-store.ts';
import { serverFields } from './showing.ts';

export interface Change {
  readonly kind: Kind;
  readonly entry: Entry;
  readonly asked: Document;
  readonly cleared: readonly string[];
  readonly site: Site;
}

function checkFingerprint({ kind, entry, asked, site }: Change, needed: boolean): void {
  if (kind.fingerprinted === undefined) return;
  const given = text(asked, 'fingerprint');
  if (given === undefined && !needed) return;
  if (!sameFingerprint(given ?? '', text(site.show(entry), 'fingerprint') ?? '')) throw conditionNotMet();
}

function checkFixed({ kind, entry, asked }: Change): void {
  for (const [field, value] of Object.entries(asked)) {
    if (kind.mutable.includes(field) || serverFields.includes(field)) continue;
    if (!equal(value, entry.body[field] ?? defaultOf(value))) {
      throw invalidField(`resource.${field}`, value, 'Field cannot be changed.');
    }
  }
}

/** An empty map or list, false and the like say no more than absence does. */
const defaultOf = (value: unknown) =>
  value === false ? false : Array.isArray(value) ? [] : isDocument(value) ? {} : undefined;

/** PATCH: messages and maps are merged, lists and scalars replaced, null clears. */
export function mergePatch(change: Change): Document {
  checkFingerprint(change, change.kind.fingerprinted === 'always');
  checkFixed(change);
  const { entry, asked, cleared, kind } = change;
  const fixed = cleared.find((field) => !kind.mutable.includes(field) && entry.body[field] !== undefined);
  if (fixed !== undefined) throw invalidField(`resource.${fixed}`, null, 'Field cannot be changed.');
  return omit(merge(entry.body, omit(asked, serverFields)), cleared);
}

function merge(before: Document, asked: Document): Document {
  const merged: Record<string, Document[string]> = { ...before };
  for (const [field, value] of Object.entries(asked)) {
    const old = merged[field];
    merged[field] = isDocument(value) && isDocument(old) ? merge(old, value) : value;
  }
  return merged;
}

/** PUT: what may be changed is as asked, absent means the default; the rest must be as it was or absent. */
export function replaceAll(change: Change): Document {
  checkFingerprint(change, true);
  checkFixed(change);
  const { entry, asked, kind } = change;
  return { ...omit(entry.body, kind.mutable), ...omit(asked, serverFields) };
}
