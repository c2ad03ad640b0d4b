import { afterEach, expect, it } from 'vitest';
import { type GceSimulation, simulateGce } from './controller.ts';
import { zones } from './others.ts';

let world: GceSimulation;
afterEach(() => world.close());

/** What each operation of this cloud takes, in milliseconds. */
const operation = 50;

it('the very first Service of a cluster has its address after three operations: it does not wait for machines in groups', async () => {
  world = simulateGce();
  for (const zone of zones) await world.addGceNode(`node-${zone}`, zone);
  world.beginGce();
  await world.clock.advance(1000);
  await world.apply({ name: 'web' });
  await world.clock.advance(3 * operation - 1);
  expect((await world.service('web'))?.status.ingress).toEqual([]);
  await world.clock.advance(1);
  expect((await world.service('web'))?.status.ingress).toHaveLength(1);
  expect(Object.values(world.members()).map((members) => members.length)).toEqual(zones.map(() => 1));
});
