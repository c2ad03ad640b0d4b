import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ownerKey, type ServiceOwner } from '../../../src/model/owner.ts';
import { nothingSticky, type Provider } from '../../../src/provider.ts';
import { inWorld, type Law, sampling } from '../law.ts';
import { clear, live, type Scene, serve, setScene } from '../scene.ts';
import { plainWish, wishes } from '../wishes.ts';
import type { World } from '../world.ts';

/** Services that are easily taken for each other, `shop/web` of one cluster among them. */
const lookalikes: readonly Partial<ServiceOwner>[] = [
  {},
  { uid: 'uid-of-its-successor' },
  { name: 'web-2', uid: 'uid-web-2' },
  { namespace: 'shop-web', name: 'shop', uid: 'uid-shop-web' },
  { name: `web-${'x'.repeat(59)}`, uid: 'uid-long-1' },
  { name: `web-${'x'.repeat(58)}y`, uid: 'uid-long-2' },
];

/** Two clusters whose names begin alike, with the same Services in them, down to the uid: one restored from the other. */
const clusters = ['conformance-east', 'conformance-west'];

const actors = clusters.flatMap((cluster) => lookalikes.map((owner) => ({ cluster, owner })));

const setClusters = async (world: World): Promise<ReadonlyMap<string, Scene>> => {
  const scenes = new Map<string, Scene>();
  for (const cluster of clusters) scenes.set(cluster, await setScene(world, cluster));
  return scenes;
};

export const owners: readonly Law[] = [
  {
    name: 'two owners never touch each other, however alike they are',
    run: async (bench) => {
      const { capabilities } = await inWorld(bench, async (world) => world.provider());
      const act = fc.record({ actor: fc.constantFrom(...actors), wish: fc.option(wishes(capabilities)) });
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 8 }), (acts) =>
          inWorld(bench, async (world) => {
            const scenes = await setClusters(world);
            const start = await world.snapshot();
            /** Whose each resource is, learnt from who was at work when it appeared. */
            const owned = new Map<string, string>();
            for (const { actor, wish } of [...acts, ...actors.map((each) => ({ actor: each, wish: null }))]) {
              const scene = scenes.get(actor.cluster);
              assert.ok(scene);
              const before = await world.snapshot();
              const intent = scene.intent(wish ?? plainWish(capabilities), actor.owner);
              const me = ownerKey(intent.owner);
              if (wish) await serve(scene.provider, intent);
              else await clear(scene.provider, intent.owner);
              const after = await world.snapshot();
              for (const [key, value] of before) {
                if (owned.get(key) !== me) assert.equal(after.get(key), value, `${me} touched ${key}`);
              }
              for (const key of after.keys()) if (!before.has(key)) owned.set(key, me);
            }
            assert.deepEqual(await world.snapshot(), start);
          }),
        ),
        sampling(bench),
      );
    },
  },
  {
    name: 'owners that work at the same time do not get into each other’s way',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const scenes = await setClusters(world);
        const start = await world.snapshot();
        const everyone = (work: (scene: Scene, owner: Partial<ServiceOwner>) => Promise<unknown>) =>
          Promise.all(
            actors.map(({ cluster, owner }) => {
              const scene = scenes.get(cluster);
              assert.ok(scene);
              return work(scene, owner);
            }),
          );
        await everyone(({ provider, intent }, owner) =>
          serve(provider, intent(plainWish(provider.capabilities), owner), { passes: 3 }),
        );
        await everyone(({ provider, intent }, owner) =>
          clear(provider, intent(plainWish(provider.capabilities), owner).owner, { passes: 3 }),
        );
        assert.deepEqual(await world.snapshot(), start);
      }),
  },
  {
    name: 'no two owners have an id in common',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const scenes = await setClusters(world);
        const ids = actors.flatMap(({ cluster, owner }) => {
          const scene = scenes.get(cluster);
          assert.ok(scene);
          const { provider, intent } = scene;
          return [...provider.desired(intent(plainWish(provider.capabilities), owner), nothingSticky).keys()];
        });
        const shared = [...scenes.values()].flatMap(({ provider, cluster }) => [
          ...provider.cluster.desired(cluster, nothingSticky).keys(),
        ]);
        assert.equal(new Set([...ids, ...shared]).size, ids.length + shared.length);
      }),
  },
  {
    name: 'owners tells who has anything in the cloud, from the cloud alone',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const scenes = await setClusters(world);
        const scene = scenes.get('conformance-east');
        assert.ok(scene);
        const { provider, intent, cluster } = scene;
        const plain = plainWish(provider.capabilities);
        const [one, two] = [intent(plain), intent(plain, { name: 'two', uid: 'uid-two' })];
        await serve(provider, one);
        await serve(provider, two);
        const west = scenes.get('conformance-west');
        assert.ok(west);
        await serve(west.provider, west.intent(plain));
        assert.deepEqual(
          await keysOf(world.provider()),
          [one.owner, two.owner, cluster.owner].map(ownerKey).toSorted(),
        );
        await clear(provider, one.owner);
        assert.deepEqual(await keysOf(world.provider()), [two.owner, cluster.owner].map(ownerKey).toSorted());
      }),
  },
  {
    name: 'clusters tells which clusters have anything in the cloud, where the provider tells it',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const scenes = await setClusters(world);
        const told = (): Promise<readonly string[]> | undefined => world.provider().clusters?.(live());
        const [east, west] = ['conformance-east', 'conformance-west'].map((cluster) => scenes.get(cluster));
        assert.ok(east && west);
        const before = await told();
        if (before === undefined) return;
        const wish = plainWish(east.provider.capabilities);
        for (const scene of [west, east]) await serve(scene.provider, scene.intent(wish));
        assert.deepEqual(await told(), [...new Set([...before, 'conformance-east', 'conformance-west'])].toSorted());
      }),
  },
];

const keysOf = async (provider: Provider): Promise<string[]> =>
  (await provider.owners('conformance-east', live())).map(ownerKey).toSorted();
