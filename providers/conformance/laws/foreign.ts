import assert from 'node:assert/strict';
import { plan, type Step } from '../../../src/graph/plan.ts';
import { emptyGraph } from '../../../src/graph/resource.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { inWorld, type Law } from '../law.ts';
import { pass } from '../pass.ts';
import { clear, hasCode, live, serve, setScene } from '../scene.ts';
import { changedWish, plainWish } from '../wishes.ts';
import type { World } from '../world.ts';

export const foreign: readonly Law[] = [
  {
    name: 'something foreign under our name is reported, is a conflict, and is left alone',
    run: async (bench) => {
      for (let index = 0, count = 1; index < count; index += 1) {
        await inWorld(bench, async (world) => {
          const { provider, intent } = await setScene(world);
          const wanted = intent(plainWish(provider.capabilities));
          const ids = [...provider.desired(wanted, nothingSticky).keys()];
          count = ids.length;
          const id = ids[index];
          assert.ok(id);
          const empty = await world.snapshot();
          await world.plant(id);
          const planted = await world.snapshot();
          assert.notDeepEqual(planted, empty, `the world must have planted ${id}`);
          provider.refresh();

          const seen = await provider.observe(wanted.owner, ids, live());
          assert.deepEqual([...seen.foreign.keys()], [id]);
          assert.ok(seen.foreign.get(id), 'what it is must be said');
          assert.ok(!seen.graph.has(id), 'it must not be taken for ours');

          const { applied, after } = await pass(provider, wanted.owner, wanted, { signal: live(), width: 4 });
          const refused = applied.failed.filter(({ step }) => step.resource.id === id);
          assert.deepEqual(
            refused.map(({ error }) => error.code),
            ['conflict'],
          );
          assert.deepEqual(after.ingress, [], 'nothing may be reported as reachable');
          await unchanged(world, planted);

          await clear(provider, wanted.owner, { passes: 2 });
          assert.deepEqual(await world.snapshot(), planted, 'only ours must go');
          assert.ok(await world.remove(id));
          provider.refresh();
          await serve(provider, wanted);
        });
      }
    },
  },
  {
    name: 'a mark is looked at before every change: a stale plan does not touch what is not ours any more',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const wanted = intent(plainWish(provider.capabilities));
        const changed = intent(changedWish(provider.capabilities));
        const { graph, sticky } = await serve(provider, wanted);
        const stale = [
          ...plan(emptyGraph, graph, provider.policies).steps,
          ...plan(provider.desired(changed, sticky), graph, provider.policies).steps,
        ].filter((step) => step.op !== 'create');
        let tried = 0;
        for (const step of stale) tried += await tryStale(world, step);
        assert.ok(tried > 0, 'the world must let something be deleted from outside');

        async function tryStale(within: World, step: Step): Promise<number> {
          if (!(await within.remove(step.resource.id))) return 0;
          await within.plant(step.resource.id);
          const planted = await within.snapshot();
          provider.refresh();
          await assert.rejects(provider.execute(step, wanted.owner, live()), hasCode('conflict'), step.id);
          assert.deepEqual(await within.snapshot(), planted);
          assert.ok(await within.remove(step.resource.id));
          provider.refresh();
          await serve(provider, wanted);
          return 1;
        }
      }),
  },
];

/** All that was there is there still, and the same. */
async function unchanged(world: World, before: ReadonlyMap<string, string>): Promise<void> {
  const now = await world.snapshot();
  for (const [key, value] of before) assert.equal(now.get(key), value, key);
}
