import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inDefault, type KubeThing } from '../../kube-controllers/cluster.ts';
import type { Answer } from '../traffic.ts';
import { outside, type ProvisionedCloud, provisionedCloud } from './provisioned-cloud.ts';

// What the tests of Kubernetes itself ask of externalTrafficPolicy: Local and of session affinity.
let world: ProvisionedCloud;
let pods: readonly KubeThing[] = [];
beforeAll(async () => {
  world = await provisionedCloud();
  pods = await world.scale(2);
});
afterAll(() => world.end());

const local = { externalTrafficPolicy: 'Local' };
const isAnswer = (each: Answer | string): each is Answer => typeof each === 'object' && each.status === 200;
const seenBy = (answers: readonly (Answer | string)[]): readonly string[] => [
  ...new Set(answers.map((each) => (isAnswer(each) ? each.client.address : each))),
];
const podsIn = (answers: readonly (Answer | string)[]): number =>
  new Set(answers.map((each) => (isAnswer(each) ? each.pod : each))).size;
const checkPort = async (name: string): Promise<number | undefined> =>
  (await world.service(name)).spec.healthCheckNodePort as number | undefined;
const nodeAddress = (index: number): string => world.site.plan.toWire(world.site.nodeAddress(index));

/** What each node says on the port for health checks, asked from another node. */
async function healthOfNodes(port: number): Promise<readonly (number | string)[]> {
  const answers: (number | string)[] = [];
  for (const index of [1, 2, 3]) {
    const got = await world.ask(nodeAddress(index), { port, from: nodeAddress(index === 1 ? 2 : 1) });
    answers.push(typeof got === 'object' ? got.status : got);
  }
  return answers;
}
const hasPod = (): readonly boolean[] =>
  [1, 2, 3].map((index) => pods.some((pod) => pod.spec.nodeName === `node-${index}`));

describe('externalTrafficPolicy: Local', () => {
  it('keeps the source address, and its health check is well only on nodes with endpoints', async () => {
    const ip = await world.serve('kept', local);
    await world.untilAnswers(ip, (each) => isAnswer(each) && each.client.address === outside);
    await world.advance(10_000);
    expect(seenBy(await world.askMany(ip, 30))).toEqual([outside]);
    const port = (await checkPort('kept')) ?? 0;
    expect(await healthOfNodes(port)).toEqual(hasPod().map((here) => (here ? 200 : 503)));
  });

  it('of a node port keeps the source address, where there are pods', async () => {
    await world.expose('ported', { type: 'NodePort', ...local });
    const { nodePort } = (await world.service('ported')).spec.ports[0];
    await world.compute('POST', 'global/firewalls', {
      name: 'ported',
      allowed: [{ IPProtocol: 'tcp', ports: [String(nodePort)] }],
    });
    const seen = await Promise.all([1, 2, 3].map((index) => world.ask(nodeAddress(index), { port: nodePort })));
    expect(seen.map((each) => (isAnswer(each) ? each.client.address : each))).toEqual(
      hasPod().map((here) => (here ? outside : 'ECONNRESET')),
    );
  });

  it('is reached from pods on each node', async () => {
    const ip = await world.serve('within', local);
    await world.untilAnswers(ip, isAnswer);
    const answered: boolean[] = [];
    for (const index of [1, 2, 3]) {
      const from = world.site.plan.toWire(world.site.podRange(index).replace('.0/24', '.200'));
      answered.push(isAnswer(await world.ask(ip, { from })));
    }
    expect(answered).toEqual([true, true, true]);
  });

  it('to Cluster frees the port of the health check and hides the source, and back', async () => {
    const ip = await world.serve('turned', local);
    await world.untilAnswers(ip, (each) => isAnswer(each) && each.client.address === outside);
    const before = (await checkPort('turned')) ?? 0;
    await world.change('turned', { externalTrafficPolicy: 'Cluster' });
    expect(await checkPort('turned')).toBeUndefined();
    expect(await healthOfNodes(before)).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']);
    await world.advance(30_000);
    for (const address of seenBy(await world.askMany(ip, 30))) expect(address).toMatch(/^10\.128\./);

    await world.change('turned', { externalTrafficPolicy: 'Local', healthCheckNodePort: before });
    expect(await checkPort('turned')).toBe(before);
    await world.untilAnswers(ip, (each) => isAnswer(each) && each.client.address === outside);
    await world.advance(10_000);
    expect(seenBy(await world.askMany(ip, 30))).toEqual([outside]);
    expect(await world.addressOf('turned')).toBe(ip);
  });

  it('frees the port of the health check when the Service is deleted', async () => {
    await world.serve('freed', local);
    const port = (await checkPort('freed')) ?? 0;
    expect(await healthOfNodes(port)).toEqual(hasPod().map((here) => (here ? 200 : 503)));
    await world.request('DELETE', `${inDefault.services}/freed`);
    await world.until(async () => (await world.service('freed')).kind === 'Status');
    await world.advance(100);
    expect(await healthOfNodes(port)).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']);
    const spec = { type: 'LoadBalancer', ...local, healthCheckNodePort: port };
    expect((await world.expose('taker', spec)).spec.healthCheckNodePort).toBe(port);
  });
});

describe.each(['Local', 'Cluster'])('session affinity with %s', (externalTrafficPolicy) => {
  const name = `sticky-${externalTrafficPolicy.toLowerCase()}`;
  const count = 30;

  it('leads a client to one pod, when it is there from the start and when it is switched on', async () => {
    const ip = await world.serve(name, { externalTrafficPolicy, sessionAffinity: 'ClientIP' });
    await world.untilAnswers(ip, isAnswer);
    await world.advance(30_000);
    expect(podsIn(await world.askMany(ip, count))).toBe(1);
    await world.change(name, { sessionAffinity: 'None', sessionAffinityConfig: null });
    await world.until(async () => podsIn(await world.askMany(ip, count)) === 2);
    await world.change(name, { sessionAffinity: 'ClientIP' });
    await world.advance(5000);
    expect(podsIn(await world.askMany(ip, count))).toBe(1);
    expect(await world.addressOf(name)).toBe(ip);
  });
});
