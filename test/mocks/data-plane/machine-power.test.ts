import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployment, inDefault, type KubeThing } from '../kube-controllers/cluster.ts';
import { isReady } from './running-cluster.ts';
import { outcome } from './traffic.ts';
import { type WiredCloud, wiredCloud } from './wired-cloud.ts';

let world: WiredCloud;
beforeAll(async () => {
  world = await wiredCloud(2);
  await world.request('POST', inDefault.deployments, deployment(2));
  await world.until(async () => (await world.list(inDefault.pods)).filter(isReady).length === 2);
});
afterAll(() => world.end());

const readyNodes = async (): Promise<readonly string[]> =>
  (await world.list('/api/v1/nodes')).filter(isReady).map(({ metadata }) => metadata.name);
const asked = (pod: KubeThing) => outcome(`http://${world.site.plan.toWire(pod.status.podIP as string)}:8080/`);

it('a machine that is switched off takes its pods along, is missed after 50 s, and comes back with them', async () => {
  const pods = await world.list(inDefault.pods);
  const pod = pods.find(({ spec }) => spec.nodeName === 'node-2');
  const other = pods.find(({ spec }) => spec.nodeName === 'node-1');
  if (!pod || !other) throw new Error('The pods are not spread.');
  await world.compute('POST', 'zones/us-central1-b/instances/node-2/stop');
  expect(await asked(pod)).toBe('ECONNREFUSED');
  const from = world.site.plan.toWire(world.site.nodeAddress(1));
  const proxy = (index: number) =>
    outcome(`http://${world.site.plan.toWire(world.site.nodeAddress(index))}:10256/healthz`, { from });
  expect(await proxy(2)).toBe('ECONNRESET');
  expect(await proxy(1)).toMatchObject({ status: 200 });
  expect(await asked(other)).toMatchObject({ node: 'node-1' });
  await world.advance(40_000);
  expect(await readyNodes()).toEqual(['node-1', 'node-2']);
  await world.advance(20_000);
  expect(await readyNodes()).toEqual(['node-1']);

  await world.compute('POST', 'zones/us-central1-b/instances/node-2/start');
  await world.until(async () => (await readyNodes()).length === 2);
  await world.until(async () => {
    const back = (await world.list(inDefault.pods)).find(({ metadata }) => metadata.name === pod.metadata.name);
    return back !== undefined && typeof (await asked(back)) === 'object';
  });
});
