import { ApiError, invalidField, notFound, notReady } from './api-error.ts';
import { type Document, isDocument, isList, type Json } from './json.ts';
import type { Kind, Placement, Reference, Site } from './kind.ts';
import { type Key, parseLink, projectPath, regionOf, type Scope } from './links.ts';
import type { Entry } from './resource-store.ts';

/** Whether something in `from` may name something in `to`: the same place, one around it, or one inside it. */
function reachable(from: Scope, to: Scope): boolean {
  if (from.type === 'global' || to.type === 'global') return true;
  if (from.type === 'zones' && to.type === 'zones') return from.name === to.name;
  return regionOf(from) === regionOf(to);
}

export interface Asked {
  readonly field: string;
  readonly link: string;
  readonly to: readonly string[];
  readonly from: Scope;
  readonly within: Reference['within'];
}

/** The resource that a link names, or the refusal that the API would give. */
export function resolveLink(site: Site, { field, link, to, from, within }: Asked): Entry {
  const target = parseLink(link);
  if (target === undefined) throw invalidField(field, link, 'The URL is malformed.');
  if (!to.includes(target.place.collection)) {
    throw invalidField(field, link, `Unexpected resource collection '${target.place.collection}'.`);
  }
  const path = projectPath(target.project ?? site.project, target.key);
  if (target.project !== undefined && target.project !== site.project) throw notFound(path);
  if (within === 'inside' && !reachable(from, target.place.scope)) {
    throw invalidField(field, link, 'Cross-scope references for this resource are not allowed.');
  }
  const entry = site.get(target.key);
  if (entry === undefined) {
    if (!['networks', 'subnetworks'].includes(target.place.collection)) throw notFound(path);
    const noun = target.place.collection.slice(0, -1);
    throw new ApiError(
      400,
      'invalid',
      `Invalid value for field '${field}': '${link}'. The referenced ${noun} resource cannot be found.`,
    );
  }
  if (entry.phase !== 'ready') throw notReady(path);
  return entry;
}

type Visit = (link: string, field: string) => string;

function mapPath(value: Json | undefined, path: readonly string[], field: string, visit: Visit): Json | undefined {
  if (value === undefined || value === null) return value;
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === 'string' && value !== '' ? visit(value, field) : value;
  if (step === '[]') {
    if (!isList(value)) return value;
    return value.map((item, at) => mapPath(item, rest, `${field}[${at}]`, visit) ?? null);
  }
  if (!isDocument(value) || value[step] === undefined) return value;
  return { ...value, [step]: mapPath(value[step], rest, `${field}.${step}`, visit) };
}

const stepsOf = (path: string): string[] => path.split('.').flatMap((step) => step.split(/(?=\[\])/));

/** The body with every link as a full one. A link that the resource already had is not looked up again. */
export function resolveReferences(kind: Kind, body: Document, { site, scope, previous }: Placement): Document {
  const known = new Set(previous === undefined ? [] : referencedKeys(kind, previous));
  return kind.references.reduce<Document>((current, { path, to, within }) => {
    const mapped = mapPath(current, stepsOf(path), 'resource', (link, field) => {
      const key = parseLink(link)?.key;
      if (key !== undefined && known.has(key)) return site.link(key);
      return site.link(resolveLink(site, { field, link, to, from: scope, within }).key);
    });
    return isDocument(mapped) ? mapped : current;
  }, body);
}

/** Keys that a stored body refers to. */
export function referencedKeys(kind: Kind, body: Document): readonly Key[] {
  const keys: Key[] = [];
  for (const reference of kind.references) {
    mapPath(body, stepsOf(reference.path), '', (link) => {
      const target = parseLink(link);
      if (target !== undefined) keys.push(target.key);
      return link;
    });
  }
  return keys;
}

/** The body without list elements that refer to `gone`. */
export function dropLink(kind: Kind, body: Document, gone: Key): Document {
  const dropped = kind.references
    .filter(({ weak }) => weak === true)
    .map(({ path }) => path.slice(0, path.indexOf('[')))
    .map((field) => {
      const value = body[field];
      const kept = isList(value) ? value.filter((item) => keyIn(item) !== gone) : value;
      return [field, kept] as const;
    });
  return { ...body, ...Object.fromEntries(dropped) };
}

/** A member is a key, a link, or an endpoint that names its instance. */
function keyIn(item: Json): Key | undefined {
  const link = isDocument(item) ? item['instance'] : item;
  return typeof link === 'string' ? parseLink(link)?.key : undefined;
}
