import assert from 'node:assert/strict';
import { apply } from '../../../src/graph/apply.ts';
import { plan } from '../../../src/graph/plan.ts';
import { type Graph, nameOf, type ResourceId } from '../../../src/graph/resource.ts';
import type { ServiceOwner } from '../../../src/model/owner.ts';
import type { Provider, Retained, Retention } from '../../../src/provider.ts';
import { type Bench, inWorld, type Law } from '../law.ts';
import { hasCode, ipsOf, live, reach, serve, setScene } from '../scene.ts';
import { plainWish } from '../wishes.ts';
import type { World } from '../world.ts';

/** Has all of the owner's go but what is to stay, and gives that up; once more after each failure. */
async function part(
  world: World,
  owner: ServiceOwner,
  what: Retained,
  failAt: number | undefined,
): Promise<{ readonly kept: ReadonlySet<ResourceId>; readonly failed: boolean }> {
  const kept = new Set<ResourceId>();
  const once = async (provider: Provider, retention: Retention): Promise<void> => {
    // First what makes it last, then all that goes.
    for (const goes of [false, true]) {
      const { graph } = await provider.observe(owner, [], live());
      const stays = retention.lasting(graph, what);
      for (const id of stays.keys()) kept.add(id);
      const steps = plan(stays, graph, provider.policies).steps.filter(({ op }) => (op === 'delete') === goes);
      const { failed } = await apply({ steps }, (step) => provider.execute(step, owner, live()), {
        width: 4,
        signal: live(),
      });
      if (failed[0]) throw failed[0].error;
      if (goes) await retention.disown(owner, [...stays.keys()], live());
    }
  };
  const provider = world.provider();
  const { retention } = provider;
  assert.ok(retention);
  let writes = 0;
  let failed = false;
  world.intercept(({ writes: asks }) => {
    if (asks) writes += 1;
    if (!asks || writes !== failAt || failed) return undefined;
    failed = true;
    return { when: 'after', code: 'unreachable' };
  });
  await once(provider, retention).catch((error: unknown) => {
    if (!failed) throw error;
  });
  world.intercept(undefined);
  if (failed) await once(provider, retention);
  return { kept, failed };
}

/** One case, in a world of its own; whether it lost an answer, or lost none as it was told to. */
const leaves = (bench: Bench, what: Retained, failAt: number | undefined): Promise<boolean> =>
  inWorld(bench, async (world) => {
    const { provider, intent, cluster } = await setScene(world);
    const plain = plainWish(provider.capabilities);
    const wanted = intent(plain);
    if (!provider.retention) return false;
    const before = await world.snapshot();
    const ips = ipsOf((await serve(provider, wanted)).ingress);
    const served = (await world.snapshot()).size;
    const made = (await provider.observe(wanted.owner, [], live())).graph;
    if (!canLast(provider.retention, made, what)) return false;
    const { kept, failed } = await part(world, wanted.owner, what, failAt);
    const after = await world.snapshot();
    assert.equal(after.size, what === 'everything' ? served : before.size + plain.families.length);

    const later = world.provider();
    assert.equal((await later.observe(wanted.owner, [], live())).graph.size, 0);
    const owners = await later.owners(wanted.owner.cluster, live());
    assert.deepEqual(
      owners.filter(({ kind }) => kind === 'service'),
      [],
    );
    const [id] = [...kept];
    assert.ok(id);
    // What all shared goes without trouble, or stays as long as something that was left stands on it.
    const idle = await reach(later.cluster, cluster.owner, { ...cluster, active: false });
    assert.ok(what === 'everything' || idle.graph.size === 0);
    if (what === 'address') await reach(later.cluster, cluster.owner, cluster);
    if (what === 'address') {
      // Another Service can have it by name.
      const next = intent({ ...plain, address: { kind: 'name', name: nameOf(id) } }, { uid: 'uid-next' });
      assert.deepEqual(ipsOf((await serve(later, next, { passes: 3 })).ingress), ips);
    }
    return failed || failAt === undefined;
  });

export const retention: readonly Law[] = [
  {
    name: 'what outlives its owner, the address or all, is nobody’s afterwards, whatever answer gets lost; all else goes',
    run: async (bench) => {
      for (const what of ['address', 'everything'] as const) {
        let failAt = 0;
        while (await leaves(bench, what, failAt === 0 ? undefined : failAt)) failAt += 1;
      }
    },
  },
];

/** Some clouds have kinds that can be given to nobody: then only the address can stay. */
function canLast(how: Retention, made: Graph, what: Retained): boolean {
  try {
    how.lasting(made, what);
    return true;
  } catch (error) {
    assert.ok(hasCode('unsupported')(error));
    assert.equal(what, 'everything');
    return false;
  }
}
