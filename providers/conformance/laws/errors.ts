import assert from 'node:assert/strict';
import { plan, type Step } from '../../../src/graph/plan.ts';
import { emptyGraph } from '../../../src/graph/resource.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { inWorld, type Law } from '../law.ts';
import { clear, hasCode, live, serve, setScene } from '../scene.ts';
import { changedWish, plainWish } from '../wishes.ts';
import type { FaultCode } from '../world.ts';

const codes: readonly FaultCode[] = ['transient', 'unreachable', 'throttled', 'denied', 'quota'];

export const errors: readonly Law[] = [
  ...codes.map(
    (code): Law => ({
      name: `a call that fails as ${code} is an error of that code`,
      run: (bench) =>
        inWorld(bench, async (world) => {
          const provider = world.provider();
          const { intent } = await setScene(world);
          const wanted = intent(plainWish(provider.capabilities));
          const [step] = plan(provider.desired(wanted, nothingSticky), emptyGraph, provider.policies).steps;
          assert.ok(step);
          world.intercept(() => ({ when: 'before', code }));
          await assert.rejects(provider.observe(wanted.owner, [], live()), hasCode(code));
          await assert.rejects(provider.execute(step, wanted.owner, live()), hasCode(code));
          world.intercept(undefined);
          await serve(provider, wanted, { passes: 2 });
          await clear(provider, wanted.owner);
        }),
    }),
  ),
  {
    name: 'a step whose resource is gone says so',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const wanted = intent(plainWish(provider.capabilities));
        const { graph, sticky } = await serve(provider, wanted);
        const changed = provider.desired(intent(changedWish(provider.capabilities)), sticky);
        const updates = plan(changed, graph, provider.policies).steps.filter((step) => step.op === 'update');
        for (const step of updates) {
          if (!(await world.remove(step.resource.id))) continue;
          provider.refresh();
          await assert.rejects(provider.execute(step, wanted.owner, live()), hasCode('not-found', 'stale'), step.id);
          await serve(provider, wanted);
        }
      }),
  },
  {
    name: 'a creation is not done while something of ours that differs is in its place',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const wanted = intent(plainWish(provider.capabilities));
        const { graph, sticky } = await serve(provider, wanted);
        const changed = provider.desired(intent(changedWish(provider.capabilities)), sticky);
        const before = await world.snapshot();
        for (const { resource, changes } of plan(changed, graph, provider.policies).steps) {
          if (changes.length === 0) continue;
          const id: Step['id'] = `create ${resource.id}`;
          const step: Step = { id, op: 'create', resource, changes: [], why: 'missing', risk: 'none', after: [] };
          await assert.rejects(provider.execute(step, wanted.owner, live()), hasCode('exists', 'stale'), id);
          assert.deepEqual(await world.snapshot(), before);
        }
      }),
  },
  {
    name: 'deleting what is gone already is done',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const wanted = intent(plainWish(provider.capabilities));
        const { graph } = await serve(provider, wanted);
        const { steps } = plan(emptyGraph, graph, provider.policies);
        for (const { resource } of steps) assert.ok(await world.remove(resource.id), resource.id);
        for (const step of steps) await provider.execute(step, wanted.owner, live());
        await clear(provider, wanted.owner);
      }),
  },
];
