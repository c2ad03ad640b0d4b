import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKubeApi, type KubeApi, type KubeFaultEffect, type KubeFaultRule } from '../../mocks/index.ts';
import { seededRandom } from '../../mocks/kube-apiserver/random.ts';
import { listWatch } from '../../src/kube/list-watch.ts';
import type { KubeTransport } from '../../src/kube/transport.ts';
import { type ObjectMeta, readMeta } from '../../src/model/service.ts';
import { collection, createHistory, createLedger } from '../mocks/kube-apiserver/history.ts';
import { virtualClock } from '../virtual-clock.ts';

/** The API without sockets, as the client sees one. */
const transportTo = (api: KubeApi): KubeTransport => ({
  request: async ({ method, path, query, signal }) => {
    const search = new URLSearchParams(query).toString();
    const headers = { accept: 'application/json' };
    const answer = await api.handle({ method, path: `${path}?${search}`, headers, body: undefined, signal });
    return { status: answer.status, headers: {}, body: pieces(answer.body) };
  },
  close: async () => undefined,
});

async function* pieces(body: Uint8Array | AsyncIterable<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else if (body !== undefined) yield* body;
}

/** Trouble in reading, of every kind; each rule hits some calls and lets the others through. */
const troubles: fc.Arbitrary<KubeFaultRule> = fc
  .record({
    method: fc.constantFrom('configmaps.watch', 'configmaps.list'),
    nth: fc.integer({ min: 1, max: 12 }),
    effect: fc.oneof<fc.Arbitrary<KubeFaultEffect>[]>(
      fc.record({
        type: fc.constant('break-watch' as const),
        how: fc.constantFrom('eof' as const, 'reset' as const, 'torn' as const, 'expired' as const, 'silent' as const),
        afterEvents: fc.integer({ min: 0, max: 60 }),
      }),
      fc.record({ type: fc.constant('delay' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
      fc.record({ type: fc.constantFrom('drop' as const, 'stall' as const), when: fc.constantFrom('before', 'after') }),
      fc.constant({ type: 'overload' as const }),
      fc.constant({ type: 'etcd' as const, problem: 'leader-changed' as const, when: 'before' as const }),
      fc.constant({ type: 'error' as const, status: 410 }),
      fc.constant({ type: 'garbage' as const }),
    ),
  })
  .map(({ method, nth, effect }) => ({ match: { method, nth }, effect }));

const lags: fc.Arbitrary<KubeFaultRule[]> = fc.oneof(
  fc.constant<KubeFaultRule[]>([]),
  fc.integer({ min: 1, max: 30_000 }).map((ms) => [{ match: {}, effect: { type: 'lag' as const, ms } }]),
);

interface Kept {
  readonly metadata: ObjectMeta;
}

async function survives(faults: readonly KubeFaultRule[], gulps: readonly number[], seed: number): Promise<void> {
  const clock = virtualClock({ seed });
  const api = createKubeApi({ clock, seed, faults });
  const history = createHistory(api, seededRandom(seed), 20);
  const ledger = createLedger();
  const stop = new AbortController();
  const copy = listWatch<Kept>({
    transport: transportTo(api),
    clock,
    path: collection,
    kind: 'ConfigMap',
    read: (object) => ({ metadata: readMeta((object as { metadata: Parameters<typeof readMeta>[0] }).metadata) }),
    handlers: {
      add: (object) => ledger.tell('ADDED', object),
      update: (_before, object) => ledger.tell('MODIFIED', object),
      delete: (object) => ledger.tell('DELETED', object),
      synced: () => undefined,
      failed: () => undefined,
    },
  });
  const running = copy.run(stop.signal);
  for (const [at, gulp] of gulps.entries()) {
    await history.change(gulp);
    if (at % 5 === 4) api.store.compact(api.store.revision() - (gulp % 3));
    await clock.advance(gulp * 250);
  }
  const shown = (): ReadonlyMap<string, string> =>
    new Map(Array.from(copy.objects.values(), ({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const isWhole = (): boolean => {
    const now = shown();
    return now.size === history.objects.size && [...now].every(([name, at]) => history.objects.get(name) === at);
  };
  await clock.until(isWhole, 3_600_000);
  expect(ledger.replay()).toEqual(history.objects);
  stop.abort();
  api.close();
  await clock.run(running);
}

describe('listWatch on an API server in trouble', () => {
  it('comes to hold what exists, and is told a history that can be', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(troubles, { maxLength: 12 }),
        lags,
        fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 1e6 }),
        (faults, lag, gulps, seed) => survives([...lag, ...faults], gulps, seed),
      ),
      { numRuns: 30, seed: 3 },
    );
  });
});
