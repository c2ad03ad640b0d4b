import { words } from './fields.ts';
import { findKind } from './catalog.ts';
import { fingerprintOf, noLabels } from './fingerprint.ts';
import { compact, type Document, part } from './json.ts';
import type { Kind, Site } from './kind.ts';
import { scopePath } from './links.ts';
import type { Entry } from './resource-store.ts';

/** What every kind has and only the server sets. */
export const serverFields: readonly string[] = words(
  'creationTimestamp fingerprint id kind labelFingerprint region selfLink selfLinkWithId zone',
);

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const isEmptyMap = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** What is shown of an entry whatever becomes of others; entries never change in place. */
const own = new WeakMap<Entry, Document>();

/** A resource as a GET shows it. Fields with an underscore are the mock's own. */
export function showEntry(entry: Entry, site: Site): Document {
  const kind = findKind(entry.collection);
  if (kind === undefined) return entry.body;
  let shown = own.get(entry);
  if (shown === undefined) {
    shown = compact(showOwn(entry, kind, site));
    own.set(entry, shown);
  }
  return kind.show === undefined ? shown : compact({ ...shown, ...kind.show(entry, site) });
}

function showOwn(entry: Entry, kind: Kind, site: Site): Document {
  const visible = Object.entries(entry.body).filter(
    ([field, value]) => !field.startsWith('_') && !(field === 'labels' && isEmptyMap(value)),
  );
  const labels = part(entry.body, 'labels');
  const { type } = entry.scope;
  return {
    kind: `compute#${lowerFirst(kind.message)}`,
    id: entry.id,
    ...Object.fromEntries(visible),
    selfLink: site.link(entry.key),
    ...(type === 'regions' ? { region: site.link(scopePath(entry.scope)) } : {}),
    ...(type === 'zones' ? { zone: site.link(scopePath(entry.scope)) } : {}),
    ...(kind.fingerprinted !== undefined ? { fingerprint: contentFingerprint(entry.body) } : {}),
    ...(kind.labels === true
      ? { labelFingerprint: Object.keys(labels).length === 0 ? noLabels : fingerprintOf(labels) }
      : {}),
  };
}

const fingerprints = new WeakMap<Document, string>();

function contentFingerprint(body: Document): string {
  let fingerprint = fingerprints.get(body);
  if (fingerprint === undefined) {
    fingerprint = fingerprintOf(contentOf(body));
    fingerprints.set(body, fingerprint);
  }
  return fingerprint;
}

/** Members and labels have ways of their own to be guarded. */
const contentOf = (body: Document): Document =>
  Object.fromEntries(Object.entries(body).filter(([field]) => !field.startsWith('_') && field !== 'labels'));
