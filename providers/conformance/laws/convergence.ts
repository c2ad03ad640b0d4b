import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { plan } from '../../../src/graph/plan.ts';
import { emptyGraph } from '../../../src/graph/resource.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { inWorld, type Law, sampling } from '../law.ts';
import { clear, counted, live, serve, setScene } from '../scene.ts';
import { changedWish, plainWish, wishes } from '../wishes.ts';

export const convergence: readonly Law[] = [
  {
    name: 'any wish is fulfilled in one pass, observed as it was desired, and then nothing is left to do',
    run: async (bench) => {
      const { capabilities } = await inWorld(bench, async (world) => world.provider());
      await fc.assert(
        fc.asyncProperty(wishes(capabilities), fc.constantFrom(1, 8), (wish, width) =>
          inWorld(bench, async (world) => {
            const { provider, intent } = await setScene(world);
            await serve(provider, intent(wish), { width });
          }),
        ),
        sampling(bench),
      );
    },
  },
  {
    name: 'any wish becomes any other, and nothing of any of them is left in the end',
    run: async (bench) => {
      const { capabilities } = await inWorld(bench, async (world) => world.provider());
      const histories = fc.array(wishes(capabilities), { minLength: 2, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(histories, (history) =>
          inWorld(bench, async (world) => {
            const { provider, intent } = await setScene(world);
            const before = await world.snapshot();
            for (const wish of history) await serve(provider, intent(wish));
            await clear(provider, intent(plainWish(capabilities)).owner);
            assert.deepEqual(await world.snapshot(), before);
          }),
        ),
        sampling(bench),
      );
    },
  },
  {
    name: 'nothing is written when nothing changed, after a restart and a fresh look either',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const wanted = intent(changedWish(provider.capabilities));
        await serve(provider, wanted);
        const before = await world.snapshot();
        for (const again of [provider, world.provider()]) {
          const { writes } = await counted(world, async () => {
            await serve(again, wanted);
            again.refresh();
            await serve(again, wanted);
          });
          assert.equal(writes, 0);
        }
        assert.deepEqual(await world.snapshot(), before);
      }),
  },
  {
    name: 'the empty graph removes all that is owned and nothing else',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const neighbour = intent(plainWish(provider.capabilities), { name: 'neighbour', uid: 'uid-neighbour' });
        await serve(provider, neighbour);
        // Somebody else's things, of every kind that we use.
        const others = intent(plainWish(provider.capabilities), { name: 'others', uid: 'uid-others' });
        for (const id of provider.desired(others, nothingSticky).keys()) await world.plant(id);
        const before = await world.snapshot();
        const wanted = intent(changedWish(provider.capabilities));
        await serve(provider, wanted);
        assert.notDeepEqual(await world.snapshot(), before);
        await clear(world.provider(), wanted.owner);
        assert.deepEqual(await world.snapshot(), before);
      }),
  },
  {
    name: 'every step can be repeated',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const { owner } = intent(plainWish(provider.capabilities));
        for (const wish of [plainWish(provider.capabilities), changedWish(provider.capabilities), null]) {
          const { graph, sticky } = await provider.observe(owner, [], live());
          const target = wish === null ? emptyGraph : provider.desired(intent(wish), sticky);
          for (const step of plan(target, graph, provider.policies).steps) {
            await provider.execute(step, owner, live());
            const once = await world.snapshot();
            await provider.execute(step, owner, live());
            assert.deepEqual(await world.snapshot(), once, `${step.id}, done twice, must be as done once`);
          }
          if (wish === null) await clear(provider, owner);
          else await serve(provider, intent(wish));
        }
      }),
  },
];
