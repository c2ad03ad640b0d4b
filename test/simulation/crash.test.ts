import { describe, expect, it } from 'vitest';
import { act } from './acting.ts';
import type { Controller } from './controller-life.ts';
import type { What } from './story.ts';
import { type Violation, watchdog } from './watchdog.ts';
import { createWorld, type World } from './world.ts';

const cluster = 'blue';
const create: What = {
  do: 'create-service',
  cluster,
  name: 'web',
  annotations: {},
  spec: { ports: [{ name: 'http', port: 80 }], loadBalancerSourceRanges: ['10.0.0.0/8'] },
};
const edit = (spec: object): What => ({ do: 'edit-service', cluster, name: 'web', patch: { spec } });

const isProgrammed = ({ services }: World): boolean =>
  services.present(cluster).some(({ latest }) => latest.status.conditions.some(({ status }) => status === 'True'));

interface Crash {
  readonly call: number;
  readonly moment: 'before' | 'after' | 'late';
}

/** How long what a dead process sent is on its way when it is late, and when the next one begins, in milliseconds. */
const lateMs = 10_000;
const nextMs = 500;

/**
 * The controller dies at a call that it makes because of `what`: before anything of it arrives, when all of it is done
 * but the answer, or while it is on its way, to arrive when the next one has done its work. Another one begins, and then
 * every Service goes. Undefined when there was no such call.
 */
async function runWith(
  what: What,
  { call, moment }: Crash,
): Promise<{ readonly violation: Violation | undefined } | undefined> {
  const world = createWorld(1, [cluster]);
  const dog = watchdog(world, 0);
  try {
    const blue = world.clusters.get(cluster);
    if (!blue) throw new Error('no cluster');
    await act(world, { do: 'add-node', cluster, node: 'n1', zone: 'us-central1-a' });
    const life = blue.begin();
    await world.clock.advance(5000);
    if (what.do !== 'create-service') {
      await act(world, create);
      await world.clock.until(() => isProgrammed(world));
      await world.clock.advance(1000);
    }
    dieAt(world, life, call, moment);
    await act(world, what);
    await world.clock.advance(60_000);
    if (!life.dead) return undefined;
    await dog.settle();
    if (!dog.violation) await dog.empty();
    return { violation: dog.violation };
  } finally {
    world.close();
  }
}

function dieAt({ network, clock, clusters }: World, life: Controller, call: number, moment: Crash['moment']): void {
  const before = life.calls;
  let answers = 0;
  const onItsWay = (): void => {
    life.crash(lateMs);
    clock.after(nextMs, () => clusters.get(cluster)?.begin());
  };
  network.taps.push({
    sending: (who) => {
      if (moment === 'after' || who !== life || life.calls !== before + call) return;
      if (moment === 'before') life.crash();
      else clock.after(0, onItsWay);
    },
    answered: (who) => {
      if (moment !== 'after' || who !== life) return;
      answers += 1;
      if (answers === call) life.crash();
    },
  });
}

describe('a crash before and after every single call, and while it is on its way', () => {
  it.each<[string, What, number]>([
    ['create', create, 20],
    ['update', edit({ loadBalancerSourceRanges: ['192.0.2.0/24'], sessionAffinity: 'ClientIP' }), 8],
    ['replace', edit({ ports: [{ name: 'http', port: 81 }] }), 12],
    ['retype', edit({ type: 'ClusterIP', loadBalancerSourceRanges: null }), 16],
    ['delete', { do: 'delete-service', cluster, name: 'web' }, 16],
  ])('of %s breaks no promise', async (_name, what, least) => {
    for (const moment of ['before', 'after', 'late'] as const) {
      let calls = 0;
      for (let call = 1; ; call += 1) {
        const result = await runWith(what, { call, moment });
        if (!result) break;
        expect({ call, moment, ...result }).toEqual({ call, moment, violation: undefined });
        calls = call;
      }
      expect(calls).toBeGreaterThanOrEqual(least);
    }
  });
});
