import { afterEach, describe, expect, it } from 'vitest';
import type { Life } from '../../controller/simulation.ts';
import { type GceSimulation, simulateGce } from './controller.ts';
import { zones } from './others.ts';

let world: GceSimulation;
afterEach(() => world.close());

const zoneOf = (index: number): string => zones[index % zones.length] ?? '';
/** In the order of arrival, which is the order in which a group is filled. */
const nameOf = (index: number): string => `n-${String(index).padStart(4, '0')}`;
const services = ['a', 'b', 'c', 'd', 'e'];
const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers';
const looks = (life: Life): number => life.passes.filter(({ scope }) => scope === 'cluster').length;
const sizes = (): number[] => Object.values(world.members()).map((members) => members.length);
interface Counts {
  readonly mutations: number;
  readonly reads: number;
  readonly byMethod: Readonly<Record<string, number>>;
}
const counts = (): Counts => world.gce.calls.counts() as unknown as Counts;

async function serving(nodes: number): Promise<Life> {
  world = simulateGce();
  for (let index = 0; index < nodes; index += 1) await world.addGceNode(nameOf(index), zoneOf(index));
  const life = world.beginGce();
  for (const name of services) await world.apply({ name });
  for (const name of services) await world.address(name);
  await world.clock.advance(60_000);
  life.passes.length = 0;
  world.gce.calls.reset();
  return life;
}

async function label(name: string, value: string | null): Promise<void> {
  const body = { metadata: { labels: { [excluded]: value } } };
  const { status } = await world.request('PATCH', `/api/v1/nodes/${name}`, body, 'application/merge-patch+json');
  expect(status).toBe(200);
}

describe('on Google Cloud, a storm of nodes', () => {
  it('of 5,000 that arrive within ten seconds costs calls by looks and zones, not by nodes or Services', async () => {
    const life = await serving(3);
    for (let index = 3; index < 5000; index += 1) {
      await world.addGceNode(nameOf(index), zoneOf(index), index < 3000);
      if (index % 50 === 0) await world.clock.advance(100);
    }
    await world.clock.advance(30_000);
    // A group takes 1,000; the others need no machines here, and are told of.
    expect(sizes()).toEqual([1000, 1000, 1000]);
    expect(looks(life)).toBeLessThanOrEqual(22);
    const { mutations, reads, byMethod } = counts();
    expect(mutations).toBe(byMethod['instanceGroups.addInstances']);
    expect(mutations).toBeLessThanOrEqual(3 * 22);
    // Who is in a group is known from what was done to it.
    expect(reads).toBe(0);
    expect(life.passes.filter(({ scope, result }) => scope === 'service' && result !== 'unchanged')).toEqual([]);
  });

  it('of 500 that are excluded and come back is one change a zone each time', async () => {
    const life = await serving(600);
    for (const value of ['', null]) {
      for (let index = 0; index < 500; index += 1) await label(nameOf(index), value);
      await world.clock.advance(10_000);
    }
    const { mutations, reads, byMethod } = counts();
    expect(byMethod).toMatchObject({ 'instanceGroups.addInstances': 3, 'instanceGroups.removeInstances': 3 });
    expect([mutations, reads, looks(life)]).toEqual([6, 0, 2]);
    expect(sizes()).toEqual([200, 200, 200]);

    // Back within half a second: nothing.
    world.gce.calls.reset();
    for (const value of ['', null]) for (let index = 0; index < 500; index += 1) await label(nameOf(index), value);
    await world.clock.advance(10_000);
    expect(counts()).toMatchObject({ mutations: 0, reads: 0 });
  });
});
