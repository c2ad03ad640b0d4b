import { afterEach, expect, it } from 'vitest';
import { type GceSimulation, simulateGce } from './controller.ts';
import { must, project, region } from './others.ts';

let world: GceSimulation;
afterEach(() => world.close());

const a = 'us-central1-a';

/** Somebody else's balancer over a group that has the node's machine. */
async function takenByOthers(machine: string): Promise<void> {
  const group = `zones/${a}/instanceGroups`;
  const instance = `projects/${project}/zones/${a}/instances/${machine}`;
  await must(world.gce, 'POST', group, { name: 'theirs' });
  await must(world.gce, 'POST', `${group}/theirs/addInstances`, { instances: [{ instance }] });
  await must(world.gce, 'POST', 'global/healthChecks', { name: 'theirs', type: 'TCP', tcpHealthCheck: { port: 1 } });
  await must(world.gce, 'POST', `regions/${region}/backendServices`, {
    name: 'theirs',
    loadBalancingScheme: 'EXTERNAL',
    protocol: 'TCP',
    healthChecks: [`projects/${project}/global/healthChecks/theirs`],
    backends: [{ group: `projects/${project}/${group}/theirs`, balancingMode: 'CONNECTION' }],
  });
}

it('machines that are in another load-balanced group are served with endpoint groups, and the cloud’s refusal is told without', async () => {
  world = simulateGce();
  await world.addGceNode('n1', a);
  await world.clock.run(takenByOthers('n1'), 10_000);
  const first = world.beginGce();
  await world.apply({ name: 'web' });
  await world.clock.advance(10_000);
  const said = await world.condition('web');
  expect(said).toMatchObject({ status: 'False' });
  expect(said?.message).toContain('no machine could join it. The Events of the Nodes say why');
  const [why] = await world.eventsOf('Node', 'n1');
  expect(why?.message).toContain('at most one load-balanced instance group');
  await first.stop();
  world.beginGce({ settings: { backends: { kind: 'endpoint-groups' } } });
  await world.address('web');
  await world.clock.advance(5000);
  expect(world.gce.view.networkEndpointGroups().map(({ endpoints }) => endpoints.length)).toEqual([1]);
  expect(await world.condition('web')).toMatchObject({ status: 'True' });
});
