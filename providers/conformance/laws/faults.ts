import assert from 'node:assert/strict';
import { PorticoError } from '../../../src/errors.ts';
import type { Observation, Provider } from '../../../src/provider.ts';
import { type Bench, inWorld, type Law } from '../law.ts';
import { type Pass, pass } from '../pass.ts';
import { clear, counted, hasCode, ipsOf, live, type Scene, serve, setScene } from '../scene.ts';
import { changedWish, plainWish, type Wish } from '../wishes.ts';
import type { Fault, World } from '../world.ts';

const histories: readonly { title: string; from: 'nothing' | 'plain'; to: 'plain' | 'changed' | 'nothing' }[] = [
  { title: 'while a balancer is made', from: 'nothing', to: 'plain' },
  { title: 'while a balancer is changed', from: 'plain', to: 'changed' },
  { title: 'while a balancer is removed', from: 'plain', to: 'nothing' },
];

type History = (typeof histories)[number];

/** One failed call, or an end of everything from that call on, as when the process or the network dies. */
const ways: readonly { readonly when: Fault['when']; readonly dies: boolean }[] = [
  { when: 'before', dies: false },
  { when: 'after', dies: false },
  { when: 'before', dies: true },
  { when: 'after', dies: true },
];

export const faults: readonly Law[] = [
  ...histories.map(
    (history): Law => ({
      name: `a fault at any call ${history.title} is mended by the next pass`,
      run: async (bench) => {
        for (const call of await callsOf(bench, history)) {
          for (const [index, way] of ways.entries()) {
            await inWorld(bench, (world) => survive(world, history, call, way, (call + index) % 2 === 0)).catch(
              (error: unknown) => {
                const what = `call ${call} fails ${way.when} its work${way.dies ? ', and so do all later ones' : ''}`;
                throw new Error(`${what}: ${String(error)}`, { cause: error });
              },
            );
          }
        }
      },
    }),
  ),
  {
    name: 'abort stops within one call, and the next pass mends what was left',
    run: async (bench) => {
      for (const history of histories) {
        for (const call of await callsOf(bench, history)) {
          await inWorld(bench, (world) => stop(world, history, call));
        }
      }
    },
  },
  {
    name: 'with an aborted signal nothing is called',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const { owner } = intent(plainWish(provider.capabilities));
        const seen = await counted(world, () =>
          assert.rejects(provider.observe(owner, [], AbortSignal.abort()), hasCode('aborted')),
        );
        assert.equal(seen.calls, 0);
      }),
  },
];

/** The calls of a pass along the history, or as many of them as the bench allows, spread evenly. */
async function callsOf(bench: Bench, history: History): Promise<number[]> {
  const { calls } = await inWorld(bench, async (world) => {
    const scene = await setScene(world);
    await begin(scene, history);
    return counted(world, () => advance(scene.provider, scene, history, {}));
  });
  assert.ok(calls > 0, 'the world must show the calls of the adapter');
  const points = Math.min(calls, bench.faultPoints);
  return Array.from({ length: points }, (_, index) => 1 + Math.floor((index * calls) / points));
}

const wishAt = (provider: Provider, at: History['from'] | History['to']): Wish | null => {
  if (at === 'nothing') return null;
  return at === 'plain' ? plainWish(provider.capabilities) : changedWish(provider.capabilities);
};

/** Brings the Service to where the history begins. */
async function begin({ provider, intent }: Scene, { from }: History): Promise<Observation | undefined> {
  const wish = wishAt(provider, from);
  return wish ? serve(provider, intent(wish)) : undefined;
}

/** One pass towards where the history ends; undefined when an observation failed, which leaves no result. */
async function advance(
  provider: Provider,
  { intent }: Scene,
  { to }: History,
  { signal = live(), width = 4 }: { signal?: AbortSignal; width?: number },
): Promise<Pass | undefined> {
  const wish = wishAt(provider, to);
  const { owner } = intent(plainWish(provider.capabilities));
  try {
    return await pass(provider, owner, wish && intent(wish), { signal, width });
  } catch (error) {
    assert.ok(error instanceof PorticoError, `observe must throw a PorticoError, not ${String(error)}`);
    return undefined;
  }
}

/** Passes without faults reach the end of the history; the address has not changed, and nothing is left over. */
async function mend(
  provider: Provider,
  { intent }: Scene,
  { to }: History,
  reported: readonly string[],
  world: World,
  before: unknown,
): Promise<void> {
  const wish = wishAt(provider, to);
  const { owner } = intent(plainWish(provider.capabilities));
  if (wish) {
    const { ingress } = await serve(provider, intent(wish), { passes: 3 });
    if (reported.length > 0) assert.deepEqual(ipsOf(ingress), reported, 'the address must be the same as before');
  }
  await clear(provider, owner, { passes: 3 });
  assert.deepEqual(await world.snapshot(), before, 'nothing must be left over');
}

async function survive(
  world: World,
  history: History,
  at: number,
  { when, dies }: (typeof ways)[number],
  restart: boolean,
): Promise<void> {
  const scene = await setScene(world);
  const before = await world.snapshot();
  const first = await begin(scene, history);
  let call = 0;
  world.intercept(() => {
    call += 1;
    if (call === at) return { when, code: 'unreachable' };
    return dies && call > at ? { when: 'before', code: 'unreachable' } : undefined;
  });
  const hit = await advance(scene.provider, scene, history, {});
  world.intercept(undefined);
  if (hit && hit.after.ingress.length > 0) {
    const missing = [...hit.target.keys()].filter((id) => !hit.after.graph.has(id));
    assert.deepEqual(missing, [], 'no address may be reported before all is there');
  }
  const reported = ipsOf(first?.ingress ?? hit?.after.ingress ?? []);
  await mend(restart ? world.provider() : scene.provider, scene, history, reported, world, before);
}

async function stop(world: World, history: History, at: number): Promise<void> {
  const scene = await setScene(world);
  const before = await world.snapshot();
  const first = await begin(scene, history);
  const abort = new AbortController();
  let call = 0;
  let later = 0;
  world.intercept(({ writes }) => {
    call += 1;
    if (call === at) abort.abort();
    if (call > at && writes) later += 1;
    return undefined;
  });
  const hit = await advance(scene.provider, scene, history, { signal: abort.signal, width: 1 });
  world.intercept(undefined);
  assert.ok(later <= 1, `${later} writes after the abort at call ${at}`);
  // Lists of several kinds may have been on their way together.
  const together = Object.keys(scene.provider.policies).length;
  assert.ok(call <= at + together, `${call - at} calls after the abort at call ${at}`);
  for (const { step, error } of hit?.applied.failed ?? []) assert.equal(error.code, 'aborted', step.id);
  await mend(scene.provider, scene, history, ipsOf(first?.ingress ?? []), world, before);
}
