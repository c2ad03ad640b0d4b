import type { Clock } from '../clock.ts';
import { asPorticoError, type PorticoError } from '../errors.ts';
import { keyOf, type ObjectMeta } from '../model/service.ts';
import { checkKind, isObject, objectIn, readObject, textAt, unusable } from './answer.ts';
import { withDeadline } from './deadline.ts';
import { failureOf, failureOfStatus } from './failure.ts';
import { listAll } from './list.ts';
import type { KubeTransport } from './transport.ts';
import { lines } from './watch-lines.ts';

/** Told of each change once, in order, with the objects as they were reduced. What a handler throws is only reported. */
export interface ListWatchHandlers<T> {
  add(object: T): void;
  update(before: T, object: T): void;
  /** `object` is as last seen; the deletion itself may have been missed in a gap. */
  delete(object: T): void;
  /** Once, when the first complete list is in. */
  synced(): void;
  /** A list or watch failed (it goes on), or a handler threw. */
  failed(error: PorticoError): void;
}

export interface ListWatchOptions<T> {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Collection to watch: `/api/v1/services`. */
  readonly path: string;
  /** What its objects say they are: `Service`. */
  readonly kind: string;
  /** Reduces an object before it is kept. */
  readonly read: (object: unknown) => T;
  readonly handlers: ListWatchHandlers<T>;
  readonly tuning?: Partial<ListWatchTuning>;
}

/** Milliseconds, unless it says otherwise. */
export interface ListWatchTuning {
  /** Objects per page of a list. */
  readonly pageSize: number;
  /** How long the server is asked to keep a watch open, in seconds; up to twice as long by jitter. */
  readonly watchSeconds: number;
  /** A watch that is silent for so long beyond the time at which the server was to end it is taken for dead. */
  readonly grace: number;
  readonly listTimeout: number;
  readonly firstBackoff: number;
  readonly longestBackoff: number;
}

const usual: ListWatchTuning = {
  pageSize: 500,
  watchSeconds: 240,
  grace: 30_000,
  listTimeout: 60_000,
  firstBackoff: 200,
  longestBackoff: 30_000,
};

export interface ListWatch<T> {
  /** All objects by key, as last seen. */
  readonly objects: ReadonlyMap<string, T>;
  readonly synced: boolean;
  /** Works until the signal is aborted; only then it returns. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * A copy of a collection, kept up to date by listing once and watching from there. It survives closed, reset and silent
 * connections, failing servers and lost history (410, which makes it list again and tell the difference). An object that
 * was deleted and made again in a gap is told as deleted and added.
 */
export function listWatch<T extends { readonly metadata: ObjectMeta }>(options: ListWatchOptions<T>): ListWatch<T> {
  const { transport, clock, path, kind, read, handlers } = options;
  const tuning = { ...usual, ...options.tuning };
  const objects = new Map<string, T>();
  let synced = false;
  /** Where to watch from; undefined when the collection must be listed first. */
  let version: string | undefined;

  const fail = (error: unknown): void => {
    try {
      handlers.failed(asPorticoError(error));
    } catch {
      // Who cannot even hear of a failure must not end the watch by it.
    }
  };
  const tell = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      fail(error);
    }
  };

  const put = (object: T): void => {
    const key = keyOf(object);
    const before = objects.get(key);
    objects.set(key, object);
    if (!before) tell(() => handlers.add(object));
    else if (before.metadata.uid !== object.metadata.uid) {
      tell(() => handlers.delete(before));
      tell(() => handlers.add(object));
    } else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
      tell(() => handlers.update(before, object));
    }
  };

  const drop = (key: string): void => {
    const before = objects.get(key);
    if (!before) return;
    objects.delete(key);
    tell(() => handlers.delete(before));
  };

  /** Takes over a complete list: told only when the last page is in, so that a list that fails half-way tells nothing. */
  const list = async (signal: AbortSignal): Promise<void> => {
    const { pageSize, listTimeout: timeout } = tuning;
    const collection = { transport, clock, path, kind: `${kind}List`, read, pageSize, timeout };
    const { items, resourceVersion } = await listAll(collection, signal);
    version = resourceVersion;
    const keys = new Set(items.map(keyOf));
    for (const key of objects.keys()) if (!keys.has(key)) drop(key);
    for (const object of items) put(object);
    if (synced) return;
    synced = true;
    tell(() => handlers.synced());
  };

  const watching = `watch ${path}`;

  const take = (line: string): void => {
    const { type, object } = objectIn(line, watching);
    if (!isObject(object)) throw unusable(watching, 'an event has no object');
    if (type === 'ERROR') throw failureOfStatus(object, watching);
    checkKind(object, kind, watching);
    if (type === 'ADDED' || type === 'MODIFIED') put(readObject(object, read, watching));
    else if (type === 'DELETED') {
      const gone = readObject(object, read, watching);
      // The deletion of an earlier object must not remove its successor.
      if (objects.get(keyOf(gone))?.metadata.uid === gone.metadata.uid) drop(keyOf(gone));
    }
    const { metadata } = object;
    version = (isObject(metadata) ? textAt(metadata, 'resourceVersion') : undefined) ?? version;
  };

  /** Gives the number of events when the server ended the watch. */
  const watch = (from: string, signal: AbortSignal): Promise<number> => {
    const seconds = Math.round(tuning.watchSeconds * (1 + clock.random()));
    const silence = seconds * 1000 + tuning.grace;
    return withDeadline(clock, silence, signal, watching, async (own, alive) => {
      const query = {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: from,
        timeoutSeconds: String(seconds),
      };
      const response = await transport.request({
        method: 'GET',
        path,
        query,
        body: null,
        contentType: null,
        signal: own,
      });
      if (response.status !== 200) throw await failureOf(response, watching);
      let count = 0;
      for await (const line of lines(heard(response.body, alive))) {
        own.throwIfAborted();
        take(line);
        count += 1;
      }
      return count;
    });
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (version === undefined) await list(signal);
        // A watch that ends without having said anything counts as a failure, so that it is not asked for in a hot loop.
        const events = await watch(version ?? '', signal);
        failures = events > 0 ? 0 : failures + 1;
      } catch (error) {
        if (signal.aborted) return;
        const failure = asPorticoError(error);
        // 410 is the only way in which a list or watch is out of date: what is missing can only be had by a new list.
        if (failure.code === 'stale') version = undefined;
        failures += 1;
        fail(failure);
      }
      if (failures === 0) continue;
      const longest = Math.min(tuning.longestBackoff, tuning.firstBackoff * 2 ** Math.min(failures - 1, 20));
      await clock.sleep(longest * (0.5 + clock.random() / 2), signal).catch(() => undefined);
    }
  };

  return {
    objects,
    get synced() {
      return synced;
    },
    run,
  };
}

/** The same bytes; `alive` is called for each piece. */
async function* heard(body: AsyncIterable<Uint8Array>, alive: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    alive();
    yield chunk;
  }
}
