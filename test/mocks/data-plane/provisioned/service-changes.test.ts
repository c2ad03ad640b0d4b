import { createSocket } from 'node:dgram';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inDefault, type KubeThing } from '../../kube-controllers/cluster.ts';
import type { Answer } from '../traffic.ts';
import { outside, type ProvisionedCloud, provisionedCloud } from './provisioned-cloud.ts';

// What the load-balancer tests of Kubernetes itself ask of every cloud: test/e2e/network/loadbalancer.go.
let world: ProvisionedCloud;
beforeAll(async () => {
  world = await provisionedCloud();
  await world.scale(2);
});
afterAll(() => world.end());

const isAnswer = (each: Answer | string): each is Answer => typeof each === 'object' && each.status === 200;
const isSilent = (each: Answer | string): boolean => typeof each === 'string';
const finalizers = async (name: string): Promise<readonly string[]> =>
  ((await world.service(name)).metadata as { finalizers?: readonly string[] }).finalizers ?? [];
const rules = (ip: string) => world.cloud.view.forwardingRules().filter(({ IPAddress }) => IPAddress === ip);
const isGone = async (name: string): Promise<boolean> => (await world.service(name)).kind === 'Status';

describe('a TCP Service', () => {
  const name = 'mutable';
  const change = (spec: Readonly<Record<string, unknown>>): Promise<KubeThing> => world.change(name, spec);
  let ip = '';

  it('from ClusterIP to NodePort to LoadBalancer is reached at an address', async () => {
    await world.expose(name);
    expect((await change({ type: 'NodePort' })).spec.ports[0].nodePort).toBeGreaterThan(0);
    expect(await world.addressOf(name)).toBeUndefined();
    await change({ type: 'LoadBalancer' });
    await world.until(async () => (await world.addressOf(name)) !== undefined);
    ip = (await world.addressOf(name)) ?? '';
    await world.untilAnswers(ip, isAnswer);
  });

  it('keeps the address with another node port, and stays reachable', async () => {
    const { port, targetPort, nodePort } = (await world.service(name)).spec.ports[0];
    const other = nodePort === 32_766 ? 32_767 : 32_766;
    await change({ ports: [{ port, targetPort, nodePort: other }] });
    await world.untilAnswers(ip, isAnswer);
    await world.advance(30_000);
    expect(await world.addressOf(name)).toBe(ip);
    expect((await world.askMany(ip, 20)).every(isAnswer)).toBe(true);
  });

  it('keeps the address with another port; the old one is closed', async () => {
    await change({ ports: [{ port: 81, targetPort: 'http' }] });
    await world.untilAnswers(ip, isAnswer, { port: 81 });
    expect(await world.addressOf(name)).toBe(ip);
    expect(await world.ask(ip)).toBe('ECONNREFUSED');
  });

  it('without pods answers nobody, and does again with them', async () => {
    await world.scale(0);
    await world.untilAnswers(ip, isSilent, { port: 81 });
    expect((await world.askMany(ip, 5, { port: 81 })).every(isSilent)).toBe(true);
    await world.scale(2);
    await world.untilAnswers(ip, isAnswer, { port: 81 });
    expect(await world.addressOf(name)).toBe(ip);
  });

  it('back to ClusterIP has no balancer, no address and no finalizer', async () => {
    await change({ type: 'ClusterIP' });
    await world.until(async () => (await world.addressOf(name)) === undefined && (await finalizers(name)).length === 0);
    expect(rules(ip)).toEqual([]);
    expect(isSilent(await world.ask(ip, { port: 81 }))).toBe(true);
    const cluster = world.site.plan.toWire((await world.service(name)).spec.clusterIP as string);
    const from = world.site.plan.toWire(world.site.nodeAddress(1));
    expect(isAnswer(await world.ask(cluster, { port: 81, from }))).toBe(true);
  });
});

describe('a UDP Service', () => {
  const port = 9000;
  const pod = (name: string, node: string) => ({
    metadata: { name, labels: { app: 'datagrams' } },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node },
      containers: [{ name: 'main', image: 'echo', ports: [{ containerPort: port, protocol: 'UDP' }] }],
    },
  });
  let ip = '';
  /** Whether a datagram from a port of its own comes back within so many turns of the event loop: time stands still. */
  const comesBack = async (to = 53): Promise<boolean> => {
    const socket = createSocket('udp4');
    const came: string[] = [];
    socket.on('message', (message) => came.push(message.toString()));
    socket.on('error', () => undefined);
    socket.send('hello', to, ip);
    for (let turns = 0; turns < 2000 && came.length === 0; turns += 1) await turn();
    socket.close();
    return came[0] === 'hello';
  };
  const isRunning = async (name: string): Promise<boolean> =>
    (await world.request('GET', `${inDefault.pods}/${name}`)).status?.phase === 'Running';

  it('is reached, with another port at the same address, and goes on when its pod is another one', async () => {
    await world.request('POST', inDefault.pods, pod('first', 'node-1'));
    await world.until(() => isRunning('first'));
    const ports = [{ port: 53, targetPort: port, protocol: 'UDP' }];
    ip = await world.serve('datagrams', { selector: { app: 'datagrams' }, ports });
    await world.until(() => comesBack());
    for (const [next, node] of [
      ['second', 'node-2'],
      ['third', 'node-2'],
    ] as const) {
      const [before] = (await world.list(inDefault.pods)).filter(
        ({ metadata }) => metadata.labels?.['app'] === 'datagrams',
      );
      await world.request('POST', inDefault.pods, pod(next, node));
      await world.until(() => isRunning(next));
      await world.request('DELETE', `${inDefault.pods}/${before?.metadata.name}`);
      await world.until(() => comesBack());
    }
    await world.change('datagrams', { ports: [{ port: 54, targetPort: port, protocol: 'UDP' }] });
    await world.until(() => comesBack(54));
    expect(await world.addressOf('datagrams')).toBe(ip);
    await world.request('DELETE', `${inDefault.services}/datagrams`);
    await world.until(() => isGone('datagrams'));
    expect(rules(ip)).toEqual([]);
  });
});

describe('who may connect', () => {
  it('are those of loadBalancerSourceRanges, after each change', async () => {
    const other = '127.9.8.6';
    const ip = await world.serve('guarded', { loadBalancerSourceRanges: [`${outside}/32`] });
    const both = async () => [await world.ask(ip), await world.ask(ip, { from: other })].map(isAnswer);
    await world.until(async () => (await both())[0] === true);
    expect(await both()).toEqual([true, false]);
    await world.change('guarded', { loadBalancerSourceRanges: [`${other}/32`] });
    await world.until(async () => (await both())[1] === true);
    expect(await both()).toEqual([false, true]);
    await world.change('guarded', { loadBalancerSourceRanges: null });
    await world.until(async () => (await both()).every(Boolean));
  });
});

describe('the finalizer', () => {
  it('is there while the type is LoadBalancer, and holds a deletion until the balancer is gone', async () => {
    const ip = await world.serve('held');
    const own = ['service.kubernetes.io/load-balancer-cleanup'];
    expect(await finalizers('held')).toEqual(own);
    await world.change('held', { type: 'ClusterIP' });
    await world.until(async () => (await finalizers('held')).length === 0);
    expect(rules(ip)).toEqual([]);
    await world.change('held', { type: 'LoadBalancer' });
    await world.until(async () => (await world.addressOf('held')) !== undefined);
    expect(await finalizers('held')).toEqual(own);
    const now = (await world.addressOf('held')) ?? '';
    const deleted = await world.request('DELETE', `${inDefault.services}/held`);
    expect(deleted).toMatchObject({
      kind: 'Service',
      metadata: { deletionTimestamp: expect.any(String), finalizers: own },
    });
    expect(rules(now).length).toBe(1);
    await world.until(() => isGone('held'));
    expect(rules(now)).toEqual([]);
    expect(isSilent(await world.ask(now))).toBe(true);
  });
});

describe('a balancer without node ports', () => {
  it('is reached, and keeps its address when it gets some', async () => {
    const ip = await world.serve('portless', { allocateLoadBalancerNodePorts: false });
    expect((await world.service('portless')).spec.ports[0].nodePort).toBeUndefined();
    await world.untilAnswers(ip, isAnswer);
    await world.change('portless', { allocateLoadBalancerNodePorts: true });
    expect((await world.service('portless')).spec.ports[0].nodePort).toBeGreaterThan(0);
    await world.advance(30_000);
    expect(await world.addressOf('portless')).toBe(ip);
    expect((await world.askMany(ip, 20)).every(isAnswer)).toBe(true);
  });
});
