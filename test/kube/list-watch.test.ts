import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { PorticoError } from '../../src/errors.ts';
import { type ListWatchTuning, listWatch } from '../../src/kube/list-watch.ts';
import { type ObjectMeta, readMeta } from '../../src/model/service.ts';
import { virtualClock } from '../virtual-clock.ts';
import {
  type Answer,
  type Line,
  lineOf,
  list,
  refusal,
  reset,
  scriptedTransport,
  silence,
  type Thing,
  watch,
} from './scripted-transport.ts';

interface Kept {
  readonly metadata: ObjectMeta;
}

const read = (object: unknown): Kept => ({
  metadata: readMeta((object as { readonly metadata: Parameters<typeof readMeta>[0] }).metadata),
});
const show = ({ metadata }: Kept): string => `${metadata.name}@${metadata.resourceVersion}`;

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

function run(answers: readonly Answer[], tuning: Partial<ListWatchTuning> = {}, onTold?: (what: string) => void) {
  const clock = virtualClock();
  const transport = scriptedTransport(answers);
  const told: string[] = [];
  const failures: string[] = [];
  const tell = (what: string): void => {
    told.push(what);
    onTold?.(what);
  };
  const copy = listWatch<Kept>({
    transport,
    clock,
    path: '/api/v1/services',
    kind: 'Service',
    read,
    tuning,
    handlers: {
      add: (object) => tell(`add ${show(object)}`),
      update: (before, object) => tell(`update ${show(before)} ${show(object)}`),
      delete: (object) => tell(`delete ${show(object)}`),
      synced: () => tell('synced'),
      failed: (error) => failures.push(error.code),
    },
  });
  const ended = copy.run(stop.signal);
  return { clock, transport, told, failures, copy, ended };
}

const a1: Thing = { name: 'a', version: 1 };
const b2: Thing = { name: 'b', version: 2 };

describe('listWatch', () => {
  it('lists by pages, then watches from there, with bookmarks and a time to end', async () => {
    const world = run(
      [list(5, [a1], 'more'), list(5, [b2]), watch([['ADDED', { name: 'c', version: 6 }]], 'silence')],
      {
        pageSize: 1,
      },
    );
    await world.clock.settle();
    expect(world.told).toEqual(['add a@1', 'add b@2', 'synced', 'add c@6']);
    expect(world.copy.synced).toBe(true);
    expect(world.transport.asked.slice(0, 2)).toEqual([{ limit: '1' }, { limit: '1', continue: 'more' }]);
    const { timeoutSeconds, ...query } = world.transport.asked[2] ?? {};
    expect(query).toEqual({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '5' });
    expect(Number(timeoutSeconds)).toBeGreaterThanOrEqual(240);
    expect(Number(timeoutSeconds)).toBeLessThanOrEqual(480);
  });

  it('goes on from the last version, a bookmark among them, when the server ends the watch', async () => {
    const world = run([
      list(5, []),
      watch([['ADDED', { name: 'a', version: 6 }]]),
      watch([['BOOKMARK', 9]]),
      watch([]),
    ]);
    await world.clock.advance(1000);
    expect(world.transport.asked.map((query) => query['resourceVersion'])).toEqual([undefined, '5', '6', '9', '9']);
    expect([world.told, world.failures]).toEqual([['synced', 'add a@6'], []]);
  });

  it('does not ask in a hot loop for watches that end at once', async () => {
    const world = run([list(5, []), ...Array.from({ length: 500 }, () => watch([]))]);
    await world.clock.advance(600_000);
    expect(world.transport.asked.length).toBeLessThan(50);
    expect(world.transport.asked.length).toBeGreaterThan(20);
  });

  it.each<[string, readonly Answer[]]>([
    ['410 as status of the watch', [refusal(410)]],
    ['410 as event of the watch', [watch([['ERROR', 410]])]],
    [
      '410 after other events',
      [
        watch([
          ['MODIFIED', { name: 'a', version: 7 }],
          ['ERROR', 410],
        ]),
      ],
    ],
  ])('lists anew after %s, and tells the difference', async (_title, answers) => {
    const again = list(20, [
      { name: 'a', version: 18 },
      { name: 'c', version: 19 },
    ]);
    const world = run([list(5, [a1, b2]), ...answers, again]);
    await world.clock.advance(1000);
    expect(world.told.slice(0, 3)).toEqual(['add a@1', 'add b@2', 'synced']);
    expect(world.told.slice(-3)).toEqual(['delete b@2', expect.stringMatching(/^update a@\d a@18$/), 'add c@19']);
    expect(world.transport.asked.at(-1)).toMatchObject({ watch: 'true', resourceVersion: '20' });
    expect([...world.copy.objects.values()].map(show)).toEqual(['a@18', 'c@19']);
  });

  it('begins its list anew when the token of a page has expired, and tells nothing of half a list', async () => {
    const world = run([list(5, [a1], 'old'), refusal(410), list(9, [b2])]);
    await world.clock.advance(1000);
    expect(world.told).toEqual(['add b@2', 'synced']);
    expect(world.transport.asked[2]).toEqual({ limit: '500' });
  });

  it.each<[string, Answer]>([
    ['a connection reset', reset],
    ['a stream that breaks', watch([], 'break')],
    ['status 500', refusal(500)],
    ['status 503', refusal(503)],
    ['status 401', refusal(401)],
    ['status 429', refusal(429)],
    ['an event of error 500', watch([['ERROR', 500]])],
  ])('goes on from where it was after %s of the watch', async (_title, answer) => {
    const world = run([list(5, []), answer, answer, watch([['ADDED', { name: 'a', version: 6 }]], 'silence')]);
    await world.clock.advance(2000);
    expect(world.told).toEqual(['synced', 'add a@6']);
    expect(world.transport.asked[3]).toMatchObject({ watch: 'true', resourceVersion: '5' });
    expect(world.failures).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ['resets', reset],
    ['500', refusal(500)],
    ['403', refusal(403)],
  ])('lists again and again while that fails: %s', async (_title, answer) => {
    const world = run([...Array.from({ length: 30 }, () => answer), list(5, [a1])]);
    await world.clock.advance(10_000);
    // With growing pauses.
    expect(world.transport.asked.length).toBeLessThan(12);
    expect(world.copy.synced).toBe(false);
    await world.clock.advance(1_200_000);
    expect(world.told).toEqual(['add a@1', 'synced']);
  });

  it('takes a silent list for dead', async () => {
    const world = run([silence, list(5, [a1])]);
    await world.clock.advance(59_000);
    expect(world.told).toEqual([]);
    await world.clock.advance(2000);
    expect([world.told, world.failures]).toEqual([['add a@1', 'synced'], ['unreachable']]);
  });

  it('takes a silent watch for dead once the server should have ended it, and goes on', async () => {
    const world = run([list(5, []), watch([['BOOKMARK', 6]], 'silence'), watch([['ADDED', a1]], 'silence')]);
    await world.clock.advance(240_000);
    expect(world.failures).toEqual([]);
    await world.clock.advance(300_000);
    expect(world.failures).toEqual(['unreachable']);
    expect([world.told, world.transport.asked[2]?.['resourceVersion']]).toEqual([['synced', 'add a@1'], '6']);
  });

  it('keeps a watch that is heard from', async () => {
    const clock = virtualClock();
    let requests = 0;
    const copy = listWatch<Kept>({
      clock,
      path: '/api/v1/services',
      kind: 'Service',
      read,
      handlers: { add: () => {}, update: () => {}, delete: () => {}, synced: () => {}, failed: () => {} },
      transport: {
        close: async () => undefined,
        request: async (request) => {
          requests += 1;
          if (requests === 1) return list(1, [])(request);
          const beat = async function* (): AsyncGenerator<Uint8Array> {
            for (let version = 2; ; version += 1) {
              await clock.sleep(100_000, request.signal);
              yield new TextEncoder().encode(lineOf(['BOOKMARK', version]));
            }
          };
          return { status: 200, headers: {}, body: beat() };
        },
      },
    });
    void copy.run(stop.signal);
    await clock.advance(3_600_000);
    expect(requests).toBe(2);
  });

  it('tells an object that was deleted and made anew in a gap as both', async () => {
    const world = run([list(5, [a1]), refusal(410), list(9, [{ name: 'a', uid: 'second', version: 8 }])]);
    await world.clock.advance(1000);
    expect(world.told).toEqual(['add a@1', 'synced', 'delete a@1', 'add a@8']);
  });

  it('does not take the deletion of an earlier object for that of its successor', async () => {
    const world = run([
      list(5, [{ name: 'a', uid: 'second', version: 4 }]),
      watch([['DELETED', { name: 'a', uid: 'first', version: 6 }]], 'silence'),
    ]);
    await world.clock.settle();
    expect(world.told).toEqual(['add a@4', 'synced']);
  });

  it('tells nothing that is not new', async () => {
    const world = run([
      list(5, [a1]),
      watch(
        [
          ['MODIFIED', a1],
          ['DELETED', b2],
        ],
        'silence',
      ),
    ]);
    await world.clock.settle();
    expect(world.told).toEqual(['add a@1', 'synced']);
  });

  it('survives handlers that throw, and loses nothing by them', async () => {
    const world = run([list(5, [a1, b2]), watch([['MODIFIED', { name: 'a', version: 6 }]], 'silence')], {}, () => {
      throw new Error('handler');
    });
    await world.clock.settle();
    expect(world.told).toEqual(['add a@1', 'add b@2', 'synced', 'update a@1 a@6']);
    expect(world.failures).toEqual(['internal', 'internal', 'internal', 'internal']);
  });

  it.each<[string, readonly Answer[]]>([
    ['a list', [silence]],
    ['a page', [list(5, [a1], 'more'), silence]],
    ['a watch', [list(5, [a1]), silence]],
    ['a pause', [reset]],
  ])('ends at once, without a word and a further request, when it is aborted during %s', async (_title, answers) => {
    const world = run(answers);
    await world.clock.settle();
    const before = [...world.failures];
    stop.abort(new Error('enough'));
    await world.clock.settle();
    await world.ended;
    expect(world.transport.asked).toHaveLength(answers.length);
    expect([world.failures, world.clock.pending]).toEqual([before, 0]);
  });

  it('reads a stream that is cut at any byte, also inside a character', async () => {
    const lines: readonly Line[] = [
      ['ADDED', { name: 'a', version: 6, note: 'żółć 🚦 ' }],
      ['MODIFIED', { name: 'a', version: 7, note: '負荷分散' }],
      ['BOOKMARK', 8],
    ];
    const whole = new TextEncoder().encode(lines.map(lineOf).join(''));
    for (let at = 0; at <= whole.length; at += 1) {
      const world = run([list(5, []), watch(lines, 'silence', (all) => [all.subarray(0, at), all.subarray(at)])]);
      await world.clock.settle();
      expect(world.told).toEqual(['synced', 'add a@6', 'update a@6 a@7']);
      expect(world.copy.objects.get('default/a')?.metadata.annotations['note']).toBe('負荷分散');
    }
    const world = run([list(5, []), watch(lines, 'silence', (all) => Array.from(all, (byte) => Uint8Array.of(byte)))]);
    await world.clock.settle();
    expect(world.told).toEqual(['synced', 'add a@6', 'update a@6 a@7']);
  });

  it('resumes before a line that was cut off by the end of its stream', async () => {
    const lines: readonly Line[] = [
      ['ADDED', { name: 'a', version: 6 }],
      ['ADDED', { name: 'b', version: 7 }],
    ];
    const half = watch(lines, 'break', (all) => [all.subarray(0, all.length - 3)]);
    const world = run([list(5, []), half, watch([['ADDED', { name: 'b', version: 7 }]], 'silence')]);
    await world.clock.advance(1000);
    expect([world.told, world.transport.asked[2]?.['resourceVersion']]).toEqual([
      ['synced', 'add a@6', 'add b@7'],
      '6',
    ]);
  });

  it('comes to the same state, by the same history, after a stream that broke at any byte', async () => {
    const history: readonly Line[] = [
      ['ADDED', { name: 'a', version: 6, note: 'żółć 🚦' }],
      ['MODIFIED', { name: 'a', version: 7 }],
      ['ADDED', { name: 'b', version: 8 }],
      ['DELETED', { name: 'a', version: 9 }],
      ['BOOKMARK', 12],
      ['MODIFIED', { name: 'b', version: 13, note: '負荷分散' }],
      ['ADDED', { name: 'a', uid: 'another', version: 14 }],
    ];
    const versionOf = ([, what]: Line): number => (typeof what === 'number' ? what : what.version);
    const since: Answer = (request) => {
      const from = Number(request.query['resourceVersion']);
      return watch(
        history.filter((line) => versionOf(line) > from),
        'silence',
      )(request);
    };
    const stateAfter = async (answers: readonly Answer[]): Promise<unknown> => {
      const { clock, told, copy } = run([list(5, []), ...answers]);
      await clock.advance(1000);
      return [told, [...copy.objects]];
    };
    const uncut = await stateAfter([since]);
    const size = new TextEncoder().encode(history.map(lineOf).join('')).length;
    for (let at = 0; at <= size; at += 1) {
      const broken = watch(history, at % 2 === 0 ? 'break' : 'end', (all) => [all.subarray(0, at)]);
      expect(await stateAfter([broken, since]), `cut at byte ${at}`).toEqual(uncut);
    }
  });
});

describe('after any history of a collection and any failures', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), name: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constantFrom('reset' as const, 'gone' as const, 'forget' as const, 'wait' as const) }),
  );

  it('the copy is the collection, and what was told leads to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (steps, pageSize) => {
        const clock = virtualClock();
        const ending = new AbortController();
        let version = 1;
        let oldest = 1;
        const state = new Map<string, Thing>();
        const history: { readonly version: number; readonly line: Line }[] = [];
        const open = new Set<AbortController>();
        const wake = new Set<() => void>();

        const events = async function* (
          from: number,
          broken: AbortController,
          signal: AbortSignal,
        ): AsyncGenerator<Uint8Array> {
          let seen = from;
          while (!signal.aborted) {
            broken.signal.throwIfAborted();
            for (const each of history.filter((past) => past.version > seen)) {
              seen = each.version;
              yield new TextEncoder().encode(lineOf(each.line));
            }
            await new Promise<void>((resolve) => {
              wake.add(resolve);
              signal.addEventListener('abort', () => resolve(), { once: true });
              broken.signal.addEventListener('abort', () => resolve(), { once: true });
            });
          }
        };
        const told = new Map<string, string>();
        const copy = listWatch<Kept>({
          clock,
          path: '/x',
          kind: 'Service',
          read,
          tuning: { pageSize },
          handlers: {
            add: (object) => {
              expect(told.has(object.metadata.name)).toBe(false);
              told.set(object.metadata.name, object.metadata.uid + show(object));
            },
            update: (before, object) => {
              expect(told.get(before.metadata.name)).toBe(before.metadata.uid + show(before));
              expect(before.metadata.uid).toBe(object.metadata.uid);
              told.set(object.metadata.name, object.metadata.uid + show(object));
            },
            delete: (object) => {
              expect(told.get(object.metadata.name)).toBe(object.metadata.uid + show(object));
              told.delete(object.metadata.name);
            },
            synced: () => undefined,
            failed: (error) => expect(['unreachable', 'stale', 'transient']).toContain(error.code),
          },
          transport: {
            close: async () => undefined,
            request: async (request) => {
              const { query, signal } = request;
              if (query['watch'] === undefined) {
                const all = [...state.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
                const begin = Number(query['continue'] ?? 0);
                const page = all.slice(begin, begin + pageSize);
                const more = begin + pageSize < all.length ? String(begin + pageSize) : undefined;
                return list(version, page, more)(request);
              }
              const from = Number(query['resourceVersion']);
              if (from < oldest) return refusal(410)(request);
              const broken = new AbortController();
              open.add(broken);
              return { status: 200, headers: {}, body: events(from, broken, signal) };
            },
          },
        });
        const ended = copy.run(ending.signal);

        const record = (line: Line): void => {
          history.push({ version, line });
          for (const resolve of wake) resolve();
          wake.clear();
        };
        for (const each of steps) {
          if (each.kind === 'set') {
            version += 1;
            const before = state.get(each.name);
            const thing = { name: each.name, uid: before?.uid ?? `${each.name}${version}`, version };
            state.set(each.name, thing);
            record([before ? 'MODIFIED' : 'ADDED', thing]);
          } else if (each.kind === 'delete') {
            const before = state.get(each.name);
            if (before === undefined) continue;
            version += 1;
            state.delete(each.name);
            record(['DELETED', { ...before, version }]);
          } else if (each.kind === 'wait') await clock.advance(100);
          else {
            if (each.kind !== 'reset') oldest = version;
            for (const broken of open) broken.abort(new PorticoError('unreachable', 'reset'));
            open.clear();
            if (each.kind === 'gone') await clock.advance(50);
          }
        }
        await clock.advance(120_000);
        ending.abort();
        await clock.run(ended);
        const wanted = [...state.values()].map((thing) => [thing.name, `${thing.uid}${thing.name}@${thing.version}`]);
        expect(Object.fromEntries(told)).toEqual(Object.fromEntries(wanted));
        expect([...copy.objects.values()].map(show).toSorted()).toEqual(
          [...state.values()].map(({ name, version: at }) => `${name}@${at}`).toSorted(),
        );
      }),
      { numRuns: 200 },
    );
  });
});
