import assert from 'node:assert/strict';
import { type Policies, plan } from '../../../src/graph/plan.ts';
import { emptyGraph, type Graph, type Resource, type ResourceId, usersOf } from '../../../src/graph/resource.ts';
import { inWorld, type Law } from '../law.ts';
import { ipsOf, live, serve, setScene } from '../scene.ts';
import { changedWish } from '../wishes.ts';
import type { World } from '../world.ts';

export const drift: readonly Law[] = [
  {
    name: 'whatever is deleted from outside is made again, at the same address while anything holds it',
    run: async (bench) => {
      for (const id of await idsOf(bench)) {
        await inWorld(bench, async (world) => {
          const { provider, intent } = await setScene(world);
          const wanted = intent(changedWish(provider.capabilities));
          const { graph, ingress } = await serve(provider, wanted);
          const before = [...(await world.snapshot()).keys()];
          const removed = (await world.remove(id)) ? [id] : await removeWithUsers(world, id, graph, provider.policies);
          provider.refresh();
          const { ingress: after } = await serve(provider, wanted);
          assert.deepEqual([...(await world.snapshot()).keys()].toSorted(), before.toSorted());
          // Together with all that stands on it, an address is gone for good.
          const lost = removed.length > 1 && removed.some((each) => losesAddress(graph.get(each), provider.policies));
          if (!lost) assert.deepEqual(ipsOf(after), ipsOf(ingress), `after ${removed.join(', ')} went`);
        });
      }
    },
  },
  {
    name: 'whatever is edited from outside is set right',
    run: async (bench) => {
      let edited = 0;
      for (const id of await idsOf(bench)) {
        await inWorld(bench, async (world) => {
          const { provider, intent } = await setScene(world);
          const wanted = intent(changedWish(provider.capabilities));
          const { ingress } = await serve(provider, wanted);
          const before = await world.snapshot();
          if (!(await world.edit(id))) return;
          edited += 1;
          provider.refresh();
          const seen = await provider.observe(wanted.owner, [], live());
          const { steps } = plan(provider.desired(wanted, seen.sticky), seen.graph, provider.policies);
          assert.ok(steps.length > 0, `the edit of ${id} must be noticed`);
          const { ingress: after } = await serve(provider, wanted);
          assert.deepEqual(ipsOf(after), ipsOf(ingress));
          assert.deepEqual(await world.snapshot(), before);
        });
      }
      assert.ok(edited > 0, 'the world must be able to edit something');
    },
  },
  {
    name: 'the loss of everything at once is mended',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const wanted = intent(changedWish(provider.capabilities));
        const { graph } = await serve(provider, wanted);
        const before = [...(await world.snapshot()).keys()];
        for (const { resource } of plan(emptyGraph, graph, provider.policies).steps) {
          assert.ok(await world.remove(resource.id), resource.id);
        }
        const seen = await world.provider().observe(wanted.owner, graph.keys(), live());
        assert.equal(seen.graph.size, 0);
        assert.deepEqual(seen.ingress, []);
        provider.refresh();
        await serve(provider, wanted);
        assert.deepEqual([...(await world.snapshot()).keys()].toSorted(), before.toSorted());
      }),
  },
];

/** The ids of one complete balancer. */
const idsOf = (bench: Parameters<Law['run']>[0]): Promise<ResourceId[]> =>
  inWorld(bench, async (world) => {
    const { provider, intent } = await setScene(world);
    return [...(await serve(provider, intent(changedWish(provider.capabilities)))).graph.keys()];
  });

/** Deletes a resource and, before it, whatever stands on it. Gives what went. */
async function removeWithUsers(world: World, id: ResourceId, graph: Graph, policies: Policies): Promise<ResourceId[]> {
  const users = usersOf(graph);
  const going = new Set([id]);
  for (const each of going) for (const user of users.get(each) ?? []) going.add(user);
  const order = plan(emptyGraph, graph, policies).steps.map((step) => step.resource.id);
  const removed = order.filter((each) => going.has(each));
  for (const each of removed) assert.ok(await world.remove(each), `${each} must be deletable, its users being gone`);
  return removed;
}

const losesAddress = (resource: Resource | undefined, policies: Policies): boolean =>
  resource !== undefined && policies[resource.kind]?.loses === 'address';
