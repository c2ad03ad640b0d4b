import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { sharedRefsOf } from '../../../src/graph/resource.ts';
import type { ClusterIntent, NodeTarget } from '../../../src/model/intent.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { inWorld, type Law, sampling } from '../law.ts';
import { pass } from '../pass.ts';
import { asJson, clear, counted, live, reach, serve, setScene } from '../scene.ts';
import { plainWish } from '../wishes.ts';
import type { World } from '../world.ts';

export const cluster: readonly Law[] = [
  {
    name: 'the shared graph follows the nodes as they come, go and move, and Services keep their zones',
    run: (bench) =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (choices) =>
          inWorld(bench, async (world) => {
            const { provider, cluster: start, intent } = await setScene(world);
            const service = intent(plainWish(provider.capabilities));
            await serve(provider, service);
            const machines = await machinesOf(world, start);
            for (const choice of choices) {
              // Each bit of the choice is a machine that is a node now.
              const nodes = machines.filter((_, index) => (choice >> index) & 1);
              const wanted = { ...start, nodes };
              const { sticky, graph } = await reach(provider.cluster, start.owner, wanted);
              const zones = [...new Set([...service.zones, ...nodes.map((node) => node.zone)])];
              assert.ok(
                zones.every((zone) => sticky.zones.includes(zone)),
                'a zone that was in use must be kept',
              );
              const { graph: own } = await serve(provider, { ...service, nodes, zones: sticky.zones });
              for (const { spec } of own.values()) {
                for (const id of sharedRefsOf(spec)) assert.ok(graph.has(id), `${id} must be in the shared graph`);
              }
            }
          }),
        ),
        sampling(bench),
      ),
  },
  {
    name: 'a cluster without balancers shares nothing, and leaves nothing',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const before = new Set((await world.snapshot()).keys());
        const { provider, cluster: start, intent } = await setScene(world);
        const service = intent(plainWish(provider.capabilities));
        await serve(provider, service);
        await clear(provider, service.owner);
        const idle = { ...start, active: false };
        assert.equal(provider.cluster.desired(idle, { ...nothingSticky, zones: service.zones }).size, 0);
        await reach(provider.cluster, start.owner, idle);
        await removedSince(world, before);
        await reach(provider.cluster, start.owner, start);
        await reach(provider.cluster, start.owner, null);
        await removedSince(world, before);
      }),
  },
  {
    name: 'nothing is written for the cluster when nothing changed',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, cluster: start } = await setScene(world);
        const { writes } = await counted(world, async () => {
          await reach(provider.cluster, start.owner, start);
          await reach(world.provider().cluster, start.owner, { ...start, nodes: start.nodes.toReversed() });
        });
        assert.equal(writes, 0);
      }),
  },
  {
    name: 'nodes concern a Service’s own graph only where the provider says so',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, cluster: start, intent } = await setScene(world);
        const service = intent(plainWish(provider.capabilities));
        const [machine] = await machinesOf(world, start);
        assert.ok(machine);
        const other = provider.desired({ ...service, nodes: [machine] }, nothingSticky);
        const same = isSame(asJson(other), asJson(provider.desired(service, nothingSticky)));
        assert.equal(same, !provider.capabilities.nodesPerService);
      }),
  },
  {
    name: 'a fault at any call of the cluster’s pass is mended by the next',
    run: async (bench) => {
      const { calls } = await inWorld(bench, async (world) => {
        const { provider, cluster: start } = await setScene(world);
        const wanted = await moved(world, start);
        return counted(world, () => reach(provider.cluster, start.owner, wanted));
      });
      const points = Math.min(calls, bench.faultPoints);
      for (let point = 0; point < points; point += 1) {
        for (const when of ['before', 'after'] as const) {
          await inWorld(bench, async (world) => {
            const { provider, cluster: start } = await setScene(world);
            const wanted = await moved(world, start);
            let call = 0;
            world.intercept(() => {
              call += 1;
              return call === 1 + Math.floor((point * calls) / points) ? { when, code: 'unreachable' } : undefined;
            });
            await pass(provider.cluster, start.owner, wanted, { signal: live(), width: 4 }).catch(() => undefined);
            world.intercept(undefined);
            await reach(when === 'after' ? world.provider().cluster : provider.cluster, start.owner, wanted, {
              passes: 3,
            });
          });
        }
      }
    },
  },
];

/** The nodes of the scene, and one more machine in every zone. */
async function machinesOf(world: World, { nodes, owner }: ClusterIntent): Promise<NodeTarget[]> {
  const more = await Promise.all(
    world.zones.map((zone, index) => world.addMachine(`${owner.cluster}-more-${index}`, zone)),
  );
  return [...more, ...nodes];
}

/** One node less, and one in each zone more. */
async function moved(world: World, start: ClusterIntent): Promise<ClusterIntent> {
  return { ...start, nodes: (await machinesOf(world, start)).slice(0, -1) };
}

/** Machines are no resources of the adapter; all else that came must be gone again. */
async function removedSince(world: World, before: ReadonlySet<string>): Promise<void> {
  const left = [...(await world.snapshot()).keys()].filter((key) => !before.has(key));
  assert.deepEqual(left, []);
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
