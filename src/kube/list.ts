import type { Clock } from '../clock.ts';
import { checkKind, isObject, objectIn, readObject, textAt, unusable } from './answer.ts';
import { withDeadline } from './deadline.ts';
import { failureOf } from './failure.ts';
import { type KubeTransport, textOf } from './transport.ts';

export interface ListOptions<T> {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Collection to read: `/api/v1/services`. */
  readonly path: string;
  /** What a list of it says it is: `ServiceList`. */
  readonly kind: string;
  /** Reduces an object before it is kept. */
  readonly read: (object: unknown) => T;
  /** Which objects of it: a field or label selector. All, when left out. */
  readonly select?: Readonly<Partial<Record<'fieldSelector' | 'labelSelector', string>>>;
  /** Objects per page. */
  readonly pageSize?: number;
  /** How long one page may take, in milliseconds. */
  readonly timeout?: number;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** Where to watch from, to see what changed since. */
  readonly resourceVersion: string;
}

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** Empty on the last page. */
  readonly next: string;
}

/**
 * A whole collection, read page by page; all pages are of one moment. Rejects, with nothing, when one page fails or is
 * no page of it.
 */
export async function listAll<T>(
  { transport, clock, path, kind, read, select = {}, pageSize = 500, timeout = 60_000 }: ListOptions<T>,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const what = `list ${path}`;
  const page = (token: string): Promise<Page> =>
    withDeadline(clock, timeout, signal, what, async (own) => {
      const query = { ...select, limit: String(pageSize), ...(token === '' ? {} : { continue: token }) };
      const response = await transport.request({
        method: 'GET',
        path,
        query,
        body: null,
        contentType: null,
        signal: own,
      });
      if (response.status !== 200) throw await failureOf(response, what);
      return pageIn(await textOf(response, longestPage), kind, what);
    });

  const items: T[] = [];
  let resourceVersion = '';
  let token = '';
  do {
    const found = await page(token);
    for (const item of found.items) items.push(readObject(item, read, what));
    if (found.next !== '' && found.next === token) throw unusable(what, 'the next page is the same again');
    resourceVersion = found.resourceVersion;
    token = found.next;
  } while (token !== '');
  return { items, resourceVersion };
}

/** In bytes: 500 objects with as many annotations as an object may have (256 KiB). */
const longestPage = 128 * 2 ** 20;

function pageIn(text: string, kind: string, what: string): Page {
  const list = objectIn(text, what);
  checkKind(list, kind, what);
  const { metadata, items } = list;
  const resourceVersion = isObject(metadata) ? textAt(metadata, 'resourceVersion') : undefined;
  if (!isObject(metadata) || resourceVersion === undefined) throw unusable(what, 'it has no metadata.resourceVersion');
  // Go writes an empty list as null when it was never made.
  if (items !== null && !Array.isArray(items)) throw unusable(what, 'its items are no list');
  const next = metadata['continue'] ?? '';
  if (typeof next !== 'string') throw unusable(what, 'its metadata.continue is no text');
  return { items: items ?? [], resourceVersion, next };
}
