import { describe, expect, it } from 'vitest';
import { createMockProvider } from '../../providers/mock/index.ts';
import { cloudApi } from '../../providers/mock/cloud-api.ts';
import { classIs } from '../../src/controller/decide.ts';
import { type Preview, preview, type Selection } from '../../src/controller/preview.ts';
import { readCluster } from '../../src/controller/read-cluster.ts';
import { inThreadTransport } from '../in-thread-transport.ts';
import { type Simulation, simulate } from './simulation.ts';

const never = new AbortController().signal;

/** What the controller of this world would do now, and the calls that finding it out took. */
async function look(
  { kube, cloud, clock }: Simulation,
  selection: Selection = 'all',
): Promise<{ previews: readonly Preview[]; writes: string[] }> {
  const writes: string[] = [];
  const api = cloudApi(cloud, { clock });
  api.intercept(({ method, target }) => {
    if (method !== 'list' && method !== 'get') writes.push(`${method} ${target}`);
  });
  const provider = createMockProvider({ clock, api });
  const work = async (): Promise<readonly Preview[]> => {
    const cluster = await readCluster(inThreadTransport(kube), clock, 'test', never);
    return preview(provider, cluster, classIs(null), selection, never);
  };
  return { previews: await clock.run(work()), writes };
}

const steps = (previews: readonly Preview[]): string[] =>
  previews.flatMap(({ subject, plan }) => plan.steps.map(({ id }) => `${subject}: ${id}`));

describe('a preview', () => {
  it('of 100 Services that are served is empty, and nothing was written to find out', async () => {
    const world = simulate();
    await world.addNode('n1', 'a');
    const life = world.begin();
    const names = Array.from({ length: 100 }, (_, number) => `web-${number}`);
    for (const name of names) await world.apply({ name });
    for (const name of names) await world.address(name);
    await life.stop();

    const { previews, writes } = await look(world);
    expect(previews).toHaveLength(101);
    expect(steps(previews)).toEqual([]);
    expect(previews.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(writes).toEqual([]);
    world.close();
  });

  it('is what the controller then does', async () => {
    const world = simulate();
    await world.addNode('n1', 'a');
    await world.apply({ name: 'web' });
    const { previews } = await look(world);
    const expected = steps(previews);
    expect(expected.length).toBeGreaterThan(3);
    const life = world.begin();
    await world.address('web');
    await life.stop();
    const done = life.calls
      .filter(({ to, name }) => to === 'cloud' && name.startsWith('insert '))
      .map(({ name }) => name);
    expect(done.map((name) => name.replace('insert ', 'create ')).toSorted()).toEqual(
      expected.map((step) => step.replace(/^.*?: /, '')).toSorted(),
    );
    world.close();
  });

  it('tells the trouble of one Service beside the plans of the others', async () => {
    const world = simulate();
    await world.addNode('n1', 'a');
    await world.apply({ name: 'bad', annotations: { 'portico.dev/shceme': 'internal' } });
    await world.apply({ name: 'good' });
    await world.apply({ name: 'inside', type: 'ClusterIP' });
    const { previews } = await look(world);
    expect(previews.map(({ subject, problem, plan }) => [subject, problem?.code, plan.steps.length > 0])).toEqual([
      ['cluster test', undefined, true],
      ['Service default/bad', 'invalid', false],
      ['Service default/good', undefined, true],
    ]);
    const { previews: one } = await look(world, ['default/inside']);
    expect(one.map(({ note }) => note)).toEqual(['not served: its type is ClusterIP, which asks for no load balancer']);
    await expect(look(world, ['default/god'])).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('did you mean default/good?') as string,
    });
    await expect(look(world, ['svc/good'])).rejects.toThrow('There is no Service svc/good; did you mean default/good?');
    await expect(look(world, ['default/something'])).rejects.toThrow(/`kubectl get services -A` lists/);
    world.close();
  });

  it('of a Service that is no balancer any more is its removal', async () => {
    const world = simulate();
    await world.addNode('n1', 'a');
    const life = world.begin();
    await world.apply({ name: 'web' });
    await world.address('web');
    await life.stop();
    await world.merge('web', { spec: { type: 'ClusterIP' } });
    const { previews } = await look(world, ['default/web']);
    const ops = new Set(previews.flatMap(({ plan }) => plan.steps.map(({ op }) => op)));
    expect([...ops]).toEqual(['delete']);
    world.close();
  });
});
