import { prefixOf, shown, type Call } from '../cluster.ts';
import { reaches, tooLarge } from '../rest/freshness.ts';
import { parseListOptions, type ListOptions } from '../rest/list-options.ts';
import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { nameOf, withMetadata } from '../metadata.ts';
import { failureStatus } from '../status.ts';
import type { Change } from '../store/store.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly type: 'ERROR'; readonly status: JsonObject };

const bookmarkEveryMs = 60_000;
const tickMs = 700;
const bookmarkBeforeEndMs = 2_000;
/** Watches without timeoutSeconds end after 30 to 60 minutes, as with `--min-request-timeout`. */
const shortestWatchMs = 1_800_000;

/**
 * A stream of the changes of a collection. It begins with what exists (no or zero resourceVersion, or
 * sendInitialEvents), or with what happened since a resourceVersion, and ends by timeout, by abort, or with an ERROR.
 */
export function watch(call: Call): AsyncIterable<readonly WatchEvent[]> {
  const options = parseListOptions(call, true);
  const { cluster, signal } = call;
  const timeoutMs =
    options.timeoutSeconds && options.timeoutSeconds > 0
      ? options.timeoutSeconds * 1000
      : shortestWatchMs * (1 + cluster.random());
  const queue = createEventQueue<WatchEvent>(signal);
  const begin = (): void => {
    const tracker = track(call, options, queue);
    const stops = [tracker.stop, cluster.clock.after(timeoutMs, () => queue.end())];
    if (options.bookmarks && !call.kind.uncached) {
      stops.push(scheduleBookmarks(call, timeoutMs, tracker.bookmark));
      // The cache's next tick tells a streaming list how far it has come since.
      if (options.sendInitialEvents === true) stops.push(cluster.clock.after(tickMs, tracker.bookmark));
    }
    queue.onClose(() => {
      for (const stop of stops) stop();
    });
  };
  if (options.sendInitialEvents === true) void whenReached(call, options, queue, begin);
  else begin();
  return queue;
}

/** A streaming list shows a state not older than asked for; without a resourceVersion not older than the store now. */
async function whenReached(
  { cluster, kind, signal }: Call,
  { resourceVersion }: ListOptions,
  queue: EventQueue<WatchEvent>,
  begin: () => void,
): Promise<void> {
  const cache = cluster.caches.of(kind);
  const wanted = resourceVersion === '' ? cluster.store.revision() : Number(resourceVersion);
  if (wanted <= cache.revision()) return begin();
  const left = new AbortController();
  queue.onClose(() => left.abort());
  const came = await reaches(cluster.clock, cache, wanted, AbortSignal.any([signal, left.signal])).catch(() => null);
  if (came === null) return;
  if (came) return begin();
  queue.push({ type: 'ERROR', status: failureStatus(tooLarge(String(wanted), cache.revision())) });
  queue.end();
}

interface Tracker {
  /** Sends a bookmark when something happened since the watch began. */
  readonly bookmark: () => void;
  readonly stop: () => void;
}

function track(call: Call, options: ListOptions, queue: EventQueue<WatchEvent>): Tracker {
  const { cluster, kind } = call;
  const { store } = cluster;
  const cache = cluster.caches.of(kind);
  const prefix = prefixOf(kind, call.namespace);
  const belongs = (object: KubeObject): boolean =>
    options.matches(object) && (call.name === '' || nameOf(object) === call.name);
  const start = Number(options.resourceVersion || '0');
  const none = { bookmark: () => undefined, stop: () => undefined };

  const begun = cluster.clock.monotonic();
  let told = start;
  let latest = start;
  const deliver = (change: Change): void => {
    if (change.revision <= start) return;
    latest = change.revision;
    if (!change.key.startsWith(prefix)) return;
    const event = eventOf(change, (object) => shown(kind, object), belongs);
    if (event) queue.push(event);
  };

  const existing = start === 0 ? options.sendInitialEvents !== false : options.sendInitialEvents === true;
  if (existing) {
    const snapshot = cache.list(prefix);
    for (const object of snapshot.objects) {
      const visible = shown(kind, object);
      if (belongs(visible)) queue.push({ type: 'ADDED', object: visible });
    }
    told = snapshot.revision;
    latest = told;
    const endMarked = options.sendInitialEvents === true || (options.resourceVersion === '0' && !kind.uncached);
    if (options.bookmarks && endMarked) {
      queue.push({ type: 'BOOKMARK', resourceVersion: String(told), initialEventsEnd: true });
    }
  } else if (start > 0) {
    if (start < store.compactedTo()) {
      queue.push({ type: 'ERROR', status: tooOld(start, store.revision()) });
      queue.end();
      return none;
    }
    for (const change of cache.changesSince(start)) deliver(change);
  }
  const unsubscribe = cache.subscribe(deliver);
  return {
    bookmark() {
      // After a minute the watch cache has heard from etcd how far the writes of other resources went.
      if (cluster.clock.monotonic() - begun >= bookmarkEveryMs) latest = store.revision();
      if (latest <= told) return;
      queue.push({ type: 'BOOKMARK', resourceVersion: String(latest), initialEventsEnd: false });
    },
    stop: unsubscribe,
  };
}

/** What a change means to a watcher that sees only the objects that `belongs` lets through. */
function eventOf(
  change: Change,
  show: (object: KubeObject) => KubeObject,
  belongs: (object: KubeObject) => boolean,
): WatchEvent | undefined {
  const before = change.previous && show(change.previous);
  const after = change.object && show(change.object);
  const was = before !== undefined && belongs(before);
  if (after !== undefined && belongs(after)) return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  if (!was) return undefined;
  // What left is told as it was, at the revision at which it left.
  return { type: 'DELETED', object: withMetadata(before, { resourceVersion: String(change.revision) }) };
}

function tooOld(start: number, current: number): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `too old resource version: ${start} (${current})`,
    reason: 'Expired',
    code: 410,
  };
}

/** A bookmark every minute, and one in the last two seconds, so that the next watch begins where this one ended. */
function scheduleBookmarks(call: Call, timeoutMs: number, bookmark: () => void): () => void {
  const { clock } = call.cluster;
  let cancelNext: () => void = () => undefined;
  const every = (): void => {
    cancelNext = clock.after(bookmarkEveryMs, () => {
      bookmark();
      every();
    });
  };
  every();
  const cancelLast =
    timeoutMs > bookmarkBeforeEndMs ? clock.after(timeoutMs - bookmarkBeforeEndMs, bookmark) : () => undefined;
  return () => {
    cancelNext();
    cancelLast();
  };
}
