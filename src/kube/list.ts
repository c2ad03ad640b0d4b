import type { Clock } from '../clock.ts';
import { withDeadline } from './deadline.ts';
import { failureOf } from './failure.ts';
import { type KubeTransport, textOf } from './transport.ts';

export interface ListOptions<T> {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Collection to read: `/api/v1/services`. */
  readonly path: string;
  /** Reduces an object before it is kept. */
  readonly read: (object: unknown) => T;
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
  readonly items?: readonly unknown[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** A whole collection, read page by page; all pages are of one moment. Rejects, with nothing, when one page fails. */
export async function listAll<T>(
  { transport, clock, path, read, pageSize = 500, timeout = 60_000 }: ListOptions<T>,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const page = (token: string): Promise<Page> =>
    withDeadline(clock, timeout, signal, `list ${path}`, async (own) => {
      const query = { limit: String(pageSize), ...(token === '' ? {} : { continue: token }) };
      const response = await transport.request({
        method: 'GET',
        path,
        query,
        body: null,
        contentType: null,
        signal: own,
      });
      if (response.status !== 200) throw await failureOf(response, `list ${path}`);
      return JSON.parse(await textOf(response)) as Page;
    });

  const items: T[] = [];
  let resourceVersion = '';
  let token = '';
  do {
    const { items: found, metadata } = await page(token);
    for (const item of found ?? []) items.push(read(item));
    resourceVersion = metadata?.resourceVersion ?? '';
    token = metadata?.continue ?? '';
  } while (token !== '');
  return { items, resourceVersion };
}
