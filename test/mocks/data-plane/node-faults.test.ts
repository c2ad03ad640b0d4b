import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployment, inDefault, mergePatch } from '../kube-controllers/cluster.ts';
import { isReady } from './running-cluster.ts';
import { type Answer, outcome } from './traffic.ts';
import { makeBalancer, openFirewall, openForProbes, type WiredCloud, wiredCloud } from './wired-cloud.ts';

let world: WiredCloud;
let nodePort = 0;
let ip = '';
beforeAll(async () => {
  world = await wiredCloud();
  await openForProbes(world);
  await world.request('POST', inDefault.deployments, deployment(3));
  await world.until(async () => (await world.list(inDefault.pods)).filter(isReady).length === 3);
  const service = await world.expose('kubia', { type: 'LoadBalancer' });
  nodePort = service.spec.ports[0].nodePort as number;
  await openFirewall(world, 'node-port', {}, 'TCP', [String(nodePort)]);
  ip = await makeBalancer(world, { name: 'kubia', check: { type: 'TCP', tcpHealthCheck: { port: nodePort } } });
  await world.publish('kubia', ip);
  await world.advance(5000);
});
afterAll(() => world.end());

const annotate = async (node: string, annotations: Readonly<Record<string, string | null>>): Promise<void> => {
  await world.request('PATCH', `/api/v1/nodes/${node}`, { metadata: { annotations } }, mergePatch);
  await world.advance(50);
};
const from = '127.9.8.7';
const many = async (count: number): Promise<readonly (Answer | string)[]> => {
  const all: (Answer | string)[] = [];
  for (let index = 0; index < count; index += 1)
    all.push(await outcome(`http://${ip}/`, { from, fromPort: 21_000 + index }));
  return all;
};
const onNode = (index: number): Promise<Answer | string> =>
  outcome(`http://${world.site.plan.toWire(world.site.nodeAddress(index))}:${nodePort}/`, { from });
const readyNodes = async (): Promise<readonly string[]> =>
  (await world.list('/api/v1/nodes')).filter(isReady).map(({ metadata }) => metadata.name);
const podsOf = async (node: string) => (await world.list(inDefault.pods)).filter(({ spec }) => spec.nodeName === node);

it('a node that is cut off takes and gives no packets, is missed after a while, and its pods run on', async () => {
  const [pod] = await podsOf('node-2');
  await annotate('node-2', { 'lab.portico.dev/cut': 'true' });
  expect(await onNode(2)).toBe('ECONNRESET');
  expect(world.flows.at(-1)?.verdict).toEqual({ type: 'drop', why: 'node-2 is cut off' });
  await world.advance(10_000);
  // The balancer has found out, other nodes still hand on to its pod.
  const soon = await many(60);
  expect(soon.every((each) => typeof each === 'string' || each.node !== 'node-2')).toBe(true);
  expect(world.flows.slice(-60).map(({ verdict }) => (verdict.type === 'drop' ? verdict.why : verdict.type))).toContain(
    'node-1 and node-2 are cut off from each other',
  );
  await world.advance(60_000);
  expect(await readyNodes()).toEqual(['node-1', 'node-3']);
  expect((await podsOf('node-2')).map(isReady)).toEqual([false]);
  expect((await many(60)).every((each) => typeof each === 'object')).toBe(true);

  await annotate('node-2', { 'lab.portico.dev/cut': null });
  await world.until(async () => (await readyNodes()).length === 3 && (await podsOf('node-2')).every(isReady));
  const [after] = await podsOf('node-2');
  expect(after?.metadata.uid).toBe(pod?.metadata.uid);
  expect(after?.status.containerStatuses[0].restartCount).toBe(0);
  expect(await onNode(2)).toMatchObject({ status: 200 });
});

it('a slow node answers later, and counts as ill where that is longer than a probe waits', async () => {
  await annotate('node-3', { 'lab.portico.dev/delay-ms': '300' });
  const answers: (Answer | string)[] = [];
  const asked = onNode(3).then((answer) => answers.push(answer));
  await world.until(() => world.flows.at(-1)?.packet.destination.port === nodePort, 1000);
  await world.advance(200);
  expect(answers).toEqual([]);
  await world.until(() => answers.length === 1, 5000);
  await asked;
  expect(answers[0]).toMatchObject({ status: 200 });

  const health = async (): Promise<readonly string[]> => {
    const group = 'https://www.googleapis.com/compute/v1/projects/portico/zones/us-central1-c/instanceGroups/nodes';
    const said = await world.compute('POST', 'regions/us-central1/backendServices/kubia/getHealth', { group });
    return (said['healthStatus'] as readonly { readonly healthState: string }[]).map(({ healthState }) => healthState);
  };
  await world.advance(10_000);
  expect(await health()).toEqual(['HEALTHY']);
  await annotate('node-3', { 'lab.portico.dev/delay-ms': '2000' });
  await world.advance(10_000);
  expect(await health()).toEqual(['UNHEALTHY']);
  await annotate('node-3', { 'lab.portico.dev/delay-ms': null });
  await world.advance(10_000);
  expect(await health()).toEqual(['HEALTHY']);
});

it('flows that pass a machine end when it is switched off, wherever their pod is', async () => {
  const begun = world.flows.length;
  const done: (Answer | string)[] = [];
  const slow = Array.from({ length: 12 }, (_, index) =>
    outcome(`http://${ip}/_wait/60000`, { from, fromPort: 22_000 + index }).then((answer) => done.push(answer)),
  );
  await world.until(() => world.flows.length >= begun + 12, 1000);
  const passing = world.flows
    .slice(begun)
    .filter(({ verdict }) => verdict.type === 'forward' && verdict.hops.includes('node-3')).length;
  expect(passing).toBeGreaterThan(0);
  await world.compute('POST', 'zones/us-central1-c/instances/node-3/stop');
  await world.until(() => done.length >= passing, 1000);
  expect(done).toEqual(Array.from({ length: passing }, () => 'ECONNRESET'));
  await world.advance(61_000);
  await Promise.all(slow);
  expect(done.filter((each) => typeof each === 'object').length).toBe(12 - passing);
});
