import { invalidField } from './api-error.ts';
import { type Document, isDocument, type Json, text } from './json.ts';

const most = 500;

export interface Page<T> extends Document {
  readonly items?: readonly (T & Json)[];
  readonly nextPageToken?: string;
}

interface Cursor {
  readonly after: number;
}

const encode = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function decode(token: string): Cursor {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (isDocument(cursor) && typeof cursor['after'] === 'number') return { after: cursor['after'] };
  } catch {
    // Falls through: not one of ours.
  }
  throw invalidField('pageToken', token, 'The page token is invalid.');
}

export function pageSize(query: URLSearchParams): number {
  const asked = query.get('maxResults');
  if (asked === null) return most;
  const size = Number(asked);
  if (!Number.isInteger(size) || size < 0 || size > most) {
    throw invalidField('maxResults', asked, `Must be between 0 and ${most}.`);
  }
  return size === 0 ? most : size;
}

/** One page of rows in their order; `items` is left out when empty, as the API does. */
export function pageOf<T extends Json>(rows: readonly T[], query: URLSearchParams): Page<T> {
  const token = query.get('pageToken');
  const start = token === null || token === '' ? 0 : decode(token).after;
  const end = start + pageSize(query);
  const items = rows.slice(start, end);
  return {
    ...(items.length > 0 ? { items } : {}),
    ...(end < rows.length ? { nextPageToken: encode({ after: end }) } : {}),
  };
}

/** `name`, `name asc` or `creationTimestamp desc`; the API sorts by nothing else. */
export function sortRows(rows: readonly Document[], orderBy: string | null): readonly Document[] {
  if (orderBy === null || orderBy === '') return rows;
  const match = /^(name|creationTimestamp)(?:\s+(asc|desc))?$/.exec(orderBy.trim());
  if (match === null) {
    throw invalidField('orderBy', orderBy, 'Only name and creationTimestamp desc are supported.');
  }
  const field = match[1] ?? 'name';
  const sign = match[2] === 'desc' ? -1 : 1;
  const key = (row: Document) => text(row, field) ?? '';
  return rows.toSorted((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0));
}
