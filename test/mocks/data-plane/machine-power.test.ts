import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployment, inDefault, type KubeThing } from '../kube-controllers/cluster.ts';
import { isReady } from './running-cluster.ts';
import { outcome } from './traffic.ts';
import { type WiredCloud, wiredCloud } from './wired-cloud.ts';

let world: WiredCloud;
beforeAll(async () => {
  world = await wiredCloud(2);
  await world.request('POST', inDefault.deployments, deployment(2));
  await world.expose('kubia');
  await world.until(async () => (await world.list(inDefault.pods)).filter(isReady).length === 2);
});
afterAll(() => world.end());

const readyNodes = async (): Promise<readonly string[]> =>
  (await world.list('/api/v1/nodes')).filter(isReady).map(({ metadata }) => metadata.name);
interface Slice {
  readonly endpoints: readonly { readonly nodeName: string; readonly conditions: { readonly ready: boolean } }[];
}
interface Event {
  readonly reason: string;
  readonly involvedObject: { readonly name: string };
}
const podNamed = (name: string): Promise<KubeThing> => world.request('GET', `${inDefault.pods}/${name}`);
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
  const podsReady = async (): Promise<readonly boolean[]> =>
    Promise.all([pod, other].map(async ({ metadata }) => isReady(await podNamed(metadata.name))));
  await world.advance(40_000);
  expect(await podsReady()).toEqual([true, true]);
  expect(await readyNodes()).toEqual(['node-1', 'node-2']);
  await world.advance(20_000);
  expect(await readyNodes()).toEqual(['node-1']);
  expect(await podsReady()).toEqual([false, true]);
  const slices = await world.list(inDefault.slices);
  const endpoints = slices.flatMap((slice) => (slice as unknown as Slice).endpoints);
  expect(endpoints.map(({ nodeName, conditions }) => `${nodeName} ${conditions.ready}`).toSorted()).toEqual([
    'node-1 true',
    'node-2 false',
  ]);
  const events = (await world.list('/api/v1/namespaces/default/events')) as unknown as readonly Event[];
  const told = events
    .filter(({ reason }) => reason === 'NodeNotReady')
    .map(({ involvedObject }) => involvedObject.name);
  expect(told.toSorted()).toEqual([pod.metadata.name, 'node-2']);

  await world.compute('POST', 'zones/us-central1-b/instances/node-2/start');
  await world.until(async () => (await readyNodes()).length === 2);
  await world.until(async () => {
    const back = (await world.list(inDefault.pods)).find(({ metadata }) => metadata.name === pod.metadata.name);
    return back !== undefined && isReady(back) && typeof (await asked(back)) === 'object';
  });
  const [container] = (await podNamed(pod.metadata.name)).status.containerStatuses;
  expect(container).toMatchObject({
    restartCount: 1,
    lastState: { terminated: { exitCode: 255, reason: 'Unknown' } },
    state: { running: {} },
  });
  expect((await podNamed(other.metadata.name)).status.containerStatuses[0].restartCount).toBe(0);
});
