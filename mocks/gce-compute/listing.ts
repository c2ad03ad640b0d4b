import { invalidField } from './api-error.ts';
import type { Document } from './json.ts';

const most = 500;

/** What a row of a list is called and when it was made: its place in every order. */
export interface Listed {
  readonly row: Document;
  readonly name: string;
  /** Counts everything that was made, so that the newest of one millisecond is known. */
  readonly sequence: number;
}

/** A row in its order. `place` is compared part by part; no two rows of a list have the same. */
export interface Placed<T> {
  readonly row: T;
  readonly place: readonly (string | number)[];
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly nextPageToken?: string;
}

const encode = (place: Placed<unknown>['place']): string => Buffer.from(JSON.stringify(place)).toString('base64url');

function decode(token: string): Placed<unknown>['place'] {
  try {
    const place: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(place) && place.every((part) => typeof part === 'string' || Number.isFinite(part))) return place;
  } catch {
    // Falls through: not one of ours.
  }
  throw invalidField('pageToken', token, 'The page token is invalid.');
}

function comparePlaces(a: Placed<unknown>['place'], b: Placed<unknown>['place']): number {
  for (const [at, part] of a.entries()) {
    const other = b[at];
    if (other === undefined || part === other) continue;
    return part < other ? -1 : 1;
  }
  return 0;
}

function pageSize(query: URLSearchParams): number {
  const asked = query.get('maxResults');
  if (asked === null) return most;
  const size = Number(asked);
  if (!Number.isInteger(size) || size < 0 || size > most) {
    throw invalidField('maxResults', asked, `Must be between 0 and ${most}.`);
  }
  return size === 0 ? most : size;
}

/**
 * One page. The token says after which row it begins, not how many came before: what is made or deleted between two
 * pages neither hides a row nor shows one twice.
 */
export function pageOf<T>(placed: readonly Placed<T>[], query: URLSearchParams): Page<T> {
  const token = query.get('pageToken');
  const after = token === null || token === '' ? undefined : decode(token);
  const sorted = placed.toSorted((a, b) => comparePlaces(a.place, b.place));
  const left = after === undefined ? sorted : sorted.filter(({ place }) => comparePlaces(place, after) > 0);
  const page = left.slice(0, pageSize(query));
  const last = page.at(-1);
  return {
    rows: page.map(({ row }) => row),
    ...(left.length > page.length && last !== undefined ? { nextPageToken: encode(last.place) } : {}),
  };
}

/** The place of a row by `orderBy`: `name`, or the newest first. The API sorts by nothing else. */
export function orderOf(orderBy: string | null): (row: Listed) => Placed<unknown>['place'] {
  const match = /^(name|creationTimestamp)?(?:\s+(asc|desc))?$/.exec(orderBy?.trim() ?? '');
  if (match === null || (match[1] === 'name' && match[2] === 'desc')) {
    throw invalidField('orderBy', orderBy, 'Only name and creationTimestamp desc are supported.');
  }
  if (match[1] !== 'creationTimestamp') return ({ name }) => [name];
  const sign = match[2] === 'desc' ? -1 : 1;
  return ({ sequence }) => [sign * sequence];
}

/** `items` and `nextPageToken` of members, which are known by their links and sorted by them. */
export function memberPage(rows: readonly (readonly [string, Document])[], query: URLSearchParams): Document {
  const { rows: items, ...page } = pageOf(
    rows.map(([link, row]) => ({ row, place: [link, JSON.stringify(row)] })),
    query,
  );
  return { ...(items.length > 0 ? { items } : {}), ...page };
}
