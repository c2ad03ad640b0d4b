import { CoreV1Api, KubeConfig, ListWatch, type V1ConfigMap, Watch } from '@kubernetes/client-node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KubeApiServer, type KubeFaultRule, startKubeApiServer } from '../../../mocks/index.ts';
import { seededRandom } from '../../../mocks/kube-apiserver/random.ts';
import { systemClock } from '../../../src/clock.ts';
import { kubeClient } from '../../../src/kube/client.ts';
import { listWatch } from '../../../src/kube/list-watch.ts';
import { type ObjectMeta, readMeta } from '../../../src/model/service.ts';
import { ask } from './ask.ts';
import { collection, createHistory, createLedger, type History, type Ledger } from './history.ts';

const changesInAll = 10_000;

let server: KubeApiServer;
let history: History;
let folder: string;
let stops: (() => Promise<unknown>)[];

/** Watches break after some hundred events, each in another way than the one before; some are refused. */
const trouble: readonly KubeFaultRule[] = Array.from({ length: 60 }, (_, at): KubeFaultRule => {
  const match = { method: 'configmaps.watch', nth: at + 1 };
  if (at % 10 === 7) return { match, effect: { type: 'overload' } };
  if (at % 10 === 8) return { match, effect: { type: 'etcd', problem: 'leader-changed', when: 'before' } };
  if (at % 10 === 9) return { match, effect: { type: 'drop', when: 'before' } };
  const how = (['eof', 'reset', 'torn'] as const)[at % 3] ?? 'eof';
  return { match, effect: { type: 'break-watch', how, afterEvents: 1 + ((at * 97) % 900) } };
});

beforeEach(async () => {
  server = await startKubeApiServer({ seed: 1, faults: trouble });
  history = createHistory(server.api, seededRandom(7));
  folder = await mkdtemp(join(tmpdir(), 'portico-informers-'));
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await server.close();
  await rm(folder, { recursive: true });
});

const config = (): KubeConfig => {
  const found = new KubeConfig();
  found.loadFromString(server.kubeconfig());
  return found;
};
const door = async (path: string, body?: unknown): Promise<Record<string, Record<string, number>>> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${server.url}/_portico/${path}`, init);
  return (await response.json()) as Record<string, Record<string, number>>;
};

const watchesAndLists = async (): Promise<{ watches: number; lists: number }> => {
  const { byMethod = {} } = await door('calls');
  return { watches: byMethod['configmaps.watch'] ?? 0, lists: byMethod['configmaps.list'] ?? 0 };
};

/** The bare watch of the client library, opened again from the last version it has seen. */
function watch(ledger: Ledger): void {
  const stop = new AbortController();
  let version = String(server.api.store.revision());
  const tell = (type: string, object: V1ConfigMap): void => {
    version = object.metadata?.resourceVersion ?? '';
    ledger.tell(type, object);
  };
  const keepOpen = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await new Promise<void>((resolve) => {
        void new Watch(config()).watch(collection, { resourceVersion: version }, tell, () => resolve());
      });
    }
  };
  const running = keepOpen();
  stops.push(async () => {
    stop.abort();
    await door('watches/break', { how: 'eof' });
    await running;
  });
}

/** Its informer, started anew after an error, which is the only way in which it goes on. */
async function informer(ledger: Ledger): Promise<ListWatch<V1ConfigMap>> {
  const api = config().makeApiClient(CoreV1Api);
  const list = () => api.listNamespacedConfigMap({ namespace: 'default' });
  const delayFn = (): Promise<void> => Promise.resolve();
  const running = new ListWatch(collection, new Watch(config()), list, false, undefined, undefined, { delayFn });
  let stopped = false;
  running.on('add', (object) => ledger.tell('ADDED', object));
  running.on('update', (object) => ledger.tell('MODIFIED', object));
  running.on('delete', (object) => ledger.tell('DELETED', object));
  running.on('error', () => {
    if (!stopped) void running.start();
  });
  await running.start();
  stops.push(() => {
    stopped = true;
    return running.stop();
  });
  return running;
}

/** Portico's own. A deletion is told with the object as last seen, so its version here is the one before. */
async function ours(ledger: Ledger): Promise<ReadonlyMap<string, { readonly metadata: ObjectMeta }>> {
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, server.kubeconfig());
  const transport = kubeClient({ kubeconfig, clock: systemClock, userAgent: 'test' });
  const stop = new AbortController();
  let synced: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    synced = resolve;
  });
  const copy = listWatch({
    transport,
    clock: systemClock,
    path: collection,
    kind: 'ConfigMap',
    read: (object) => ({ metadata: readMeta((object as { metadata: Parameters<typeof readMeta>[0] }).metadata) }),
    tuning: { firstBackoff: 1, longestBackoff: 1 },
    handlers: {
      add: (object) => ledger.tell('ADDED', object),
      update: (_before, object) => ledger.tell('MODIFIED', object),
      delete: (object) => ledger.tell('DELETED', object),
      synced: () => synced(),
      failed: () => undefined,
    },
  });
  const running = copy.run(stop.signal);
  stops.push(async () => {
    stop.abort();
    await running;
    await transport.close();
  });
  await ready;
  return copy.objects;
}

/** The versions that deletions have in the history, taken out: not every client tells them. */
const withoutDeletionVersions = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line.startsWith('DELETED') ? line.split(' ').slice(0, 2).join(' ') : line));

describe('clients over HTTP, whose watches are cut and refused all the time', () => {
  test('hear of 10,000 changes, each once and in order; compaction makes them list again, and loses nothing', async () => {
    const ledgers = { watch: createLedger(), informer: createLedger(), ours: createLedger() };
    const all = Object.values(ledgers);
    const caughtUp = (): Promise<unknown> => Promise.all(all.map((ledger) => ledger.reaches(history.changes.length)));
    watch(ledgers.watch);
    const theirs = await informer(ledgers.informer);
    const copy = await ours(ledgers.ours);

    for (let gulp = 1; history.changes.length < changesInAll; gulp++) {
      await history.change(Math.min((gulp * 37) % 400, changesInAll - history.changes.length));
      if (gulp % 4 > 0) await caughtUp();
    }
    await caughtUp();
    expect(ledgers.watch.told).toEqual(history.changes);
    expect(ledgers.informer.told).toEqual(history.changes);
    expect(withoutDeletionVersions(ledgers.ours.told)).toEqual(withoutDeletionVersions(history.changes));
    const before = await watchesAndLists();
    expect(before.watches).toBeGreaterThan(60);
    expect(before.lists).toBe(2);

    for (let round = 0; round < 5; round++) {
      // Nothing here gives way to sockets, so that all who come back are behind the compaction.
      await ask(server.api, 'POST', '/_portico/watches/break', { how: round % 2 === 0 ? 'reset' : 'expired' });
      await history.change(100);
      server.api.store.compact(server.api.store.revision());
      await history.change(20);
      await Promise.all([ledgers.informer.shows(history.objects), ledgers.ours.shows(history.objects)]);
    }
    // Each was told a history that can be, and holds what it was told.
    for (const ledger of [ledgers.informer, ledgers.ours]) expect(ledger.replay()).toEqual(history.objects);
    expect(new Map(theirs.list().map(({ metadata }) => [metadata?.name, metadata?.resourceVersion]))).toEqual(
      history.objects,
    );
    expect(new Map(Array.from(copy.values(), ({ metadata }) => [metadata.name, metadata.resourceVersion]))).toEqual(
      history.objects,
    );
    expect((await watchesAndLists()).lists).toBe(2 + 5 * 2);
  });
});
