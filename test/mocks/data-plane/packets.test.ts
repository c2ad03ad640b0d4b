import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployment, inDefault, type KubeThing, mergePatch } from '../kube-controllers/cluster.ts';
import { isReady } from './running-cluster.ts';
import { type Answer, echoUdp, get, outcome } from './traffic.ts';
import { makeBalancer, openFirewall, openForProbes, type WiredCloud, wiredCloud } from './wired-cloud.ts';

let world: WiredCloud;
const client = '127.9.8.7';
const wire = (address: string): string => world.site.plan.toWire(address);
const node = (index: number): string => wire(world.site.nodeAddress(index));

beforeAll(async () => {
  world = await wiredCloud();
  await openForProbes(world);
  await world.request('POST', inDefault.deployments, deployment(2));
  await world.until(async () => (await world.list(inDefault.pods)).filter(isReady).length === 2);
});
afterAll(() => world.end());

const many = async (url: string, count: number, from = client): Promise<readonly (Answer | string)[]> => {
  const answers: (Answer | string)[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await outcome(url, { from }));
  return answers;
};
const whoAnswered = (answers: readonly (Answer | string)[]): ReadonlySet<string> =>
  new Set(answers.map((each) => (typeof each === 'string' ? each : each.pod)));
const patch = async (name: string, body: object): Promise<KubeThing> => {
  const changed = await world.request('PATCH', `${inDefault.services}/${name}`, body, mergePatch);
  await world.advance(100);
  return changed;
};
const nodesOfPods = async (): Promise<readonly string[]> =>
  (await world.list(inDefault.pods)).map((pod) => pod.spec.nodeName as string);

describe('a node port', () => {
  let port = 0;
  beforeAll(async () => {
    const made = await world.expose('by-node', { type: 'NodePort' });
    port = made.spec.ports[0].nodePort as number;
  });

  it('is closed to the world until the firewall lets it in, and again when that is taken away', async () => {
    expect(await outcome(`http://${node(1)}:${port}/`, { from: client })).toBe('ECONNRESET');
    expect(world.flows.at(-1)?.verdict).toEqual({ type: 'drop', why: 'no firewall rule lets it in' });
    await openFirewall(world, 'node-port', {}, 'TCP', [String(port)]);
    expect(await outcome(`http://${node(1)}:${port}/`, { from: client })).toMatchObject({ status: 200 });
    await world.compute('DELETE', 'global/firewalls/node-port');
    expect(await outcome(`http://${node(1)}:${port}/`, { from: client })).toBe('ECONNRESET');
    await openFirewall(world, 'node-port', {}, 'TCP', [String(port)]);
  });

  it('of any node leads to any pod; the pod sees the address of that node', async () => {
    for (const index of [1, 2, 3]) {
      const answers = await many(`http://${node(index)}:${port}/`, 12);
      expect(whoAnswered(answers).size).toBe(2);
      for (const each of answers) expect(each).toMatchObject({ client: { address: world.site.nodeAddress(index) } });
    }
  });

  it('with Local leads to pods of that node, which see the client; a node without any lets nobody in', async () => {
    await patch('by-node', { spec: { externalTrafficPolicy: 'Local' } });
    const withPod = await nodesOfPods();
    for (const index of [1, 2, 3]) {
      const name = `node-${index}`;
      const [answer] = await many(`http://${node(index)}:${port}/`, 1);
      if (withPod.includes(name)) expect(answer).toMatchObject({ node: name, client: { address: client } });
      else {
        expect(answer).toBe('ECONNRESET');
        expect(world.flows.at(-1)?.verdict).toMatchObject({ type: 'drop', why: expect.stringContaining(name) });
      }
    }
  });
});

describe('a cluster IP', () => {
  it('is reached from nodes and pods, whose address the pod sees, and not from outside', async () => {
    const made = await world.expose('inside');
    const url = `http://${wire(made.spec.clusterIP as string)}/`;
    expect(await outcome(url, { from: node(2) })).toMatchObject({ client: { address: world.site.nodeAddress(2) } });
    expect(await outcome(url, { from: client })).toBe('ECONNRESET');
  });

  it('keeps to the node with internalTrafficPolicy Local', async () => {
    const made = await world.expose('inside-local', { internalTrafficPolicy: 'Local' });
    const url = `http://${wire(made.spec.clusterIP as string)}/`;
    const withPod = await nodesOfPods();
    for (const index of [1, 2, 3]) {
      const answer = await outcome(url, { from: node(index) });
      if (withPod.includes(`node-${index}`)) expect(answer).toMatchObject({ node: `node-${index}` });
      else expect(answer).toBe('ECONNRESET');
    }
  });

  it('with session affinity leads a client to the same pod until it has been away for the time', async () => {
    const made = await world.expose('sticky', {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    });
    const url = `http://${wire(made.spec.clusterIP as string)}/`;
    expect(whoAnswered(await many(url, 15, node(1))).size).toBe(1);
    const firsts = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      for (const name of whoAnswered(await many(url, 1, node(1)))) firsts.add(name);
      await world.clock.advance(61_000);
    }
    expect(firsts.size).toBe(2);
  });
});

describe('a balancer', () => {
  const check = (port: number) => ({ type: 'TCP', tcpHealthCheck: { port } });
  async function balanced(
    name: string,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<{ ip: string; made: KubeThing }> {
    const made = await world.expose(name, { type: 'LoadBalancer', ...spec });
    const local = made.spec.externalTrafficPolicy === 'Local';
    const ip = await makeBalancer(world, {
      name,
      check: local
        ? { type: 'HTTP', httpHealthCheck: { port: made.spec.healthCheckNodePort as number, requestPath: '/healthz' } }
        : check(made.spec.ports[0].nodePort as number),
      backend: local ? { localityLbPolicy: 'WEIGHTED_MAGLEV' } : {},
    });
    await world.publish(name, ip);
    await world.advance(4500);
    return { ip, made };
  }
  const stateOf = async (name: string): Promise<readonly string[]> => {
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((zone) =>
        world.compute('POST', `regions/us-central1/backendServices/${name}/getHealth`, {
          group: `https://www.googleapis.com/compute/v1/projects/portico/zones/us-central1-${zone}/instanceGroups/nodes`,
        }),
      ),
    );
    return answers.flatMap((each) =>
      (each['healthStatus'] as readonly { readonly healthState: string }[]).map(({ healthState }) => healthState),
    );
  };

  it('answers on its address; with Cluster the pod sees nodes', async () => {
    const { ip } = await balanced('web');
    const answers = await many(`http://${ip}/`, 20);
    expect(whoAnswered(answers).size).toBe(2);
    for (const each of answers)
      expect(each).toMatchObject({ client: { address: expect.stringMatching(/^10\.128\./) } });
    expect(await stateOf('web')).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY']);
    expect(await outcome(`http://${ip}:81/`)).toBe('ECONNREFUSED');
  });

  it('with Local sends only to nodes with a pod, and the pod sees the client', async () => {
    const { ip } = await balanced('web-local', { externalTrafficPolicy: 'Local' });
    expect((await stateOf('web-local')).toSorted()).toEqual(['HEALTHY', 'HEALTHY', 'UNHEALTHY']);
    for (const each of await many(`http://${ip}/`, 20)) expect(each).toMatchObject({ client: { address: client } });
  });

  it('lets in those alone whom its firewall names', async () => {
    const { ip } = await balanced('guarded');
    await world.compute('DELETE', 'global/firewalls/guarded');
    expect(await outcome(`http://${ip}/`, { from: client })).toBe('ECONNRESET');
    expect(world.flows.at(-1)?.verdict).toEqual({ type: 'drop', why: 'no firewall rule lets it in' });
    await openFirewall(world, 'guarded', { sourceRanges: [`${client}/32`], destinationRanges: [ip] });
    expect(await outcome(`http://${ip}/`, { from: client })).toMatchObject({ status: 200 });
    expect(await outcome(`http://${ip}/`, { from: '127.9.8.6' })).toBe('ECONNRESET');
  });

  it('whose health check asks a port where nobody listens goes on sending to a machine that is off', async () => {
    const good = await balanced('checked');
    const bad = await world.expose('unchecked', { type: 'LoadBalancer' });
    const ip = await makeBalancer(world, { name: 'unchecked', check: check(1) });
    await world.publish('unchecked', ip);
    await world.advance(4500);
    expect(bad.spec.type).toBe('LoadBalancer');
    expect(await stateOf('unchecked')).toEqual(['UNHEALTHY', 'UNHEALTHY', 'UNHEALTHY']);
    await world.compute('POST', 'zones/us-central1-c/instances/node-3/stop');
    await world.advance(8000);
    expect(await stateOf('checked')).toEqual(['HEALTHY', 'HEALTHY', 'UNHEALTHY']);
    const lost = async (address: string) =>
      (await many(`http://${address}/`, 30)).filter((each) => typeof each === 'string').length;
    expect(await lost(good.ip)).toBe(0);
    expect(await lost(ip)).toBeGreaterThan(0);
    await world.compute('POST', 'zones/us-central1-c/instances/node-3/start');
    await world.advance(8000);
    expect(await stateOf('checked')).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY']);
  });

  it('finds nobody well when the firewall keeps its probes out', async () => {
    await balanced('unprobed');
    expect(await stateOf('unprobed')).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY']);
    await world.compute('DELETE', 'global/firewalls/probes');
    await world.advance(8000);
    expect(await stateOf('unprobed')).toEqual(['UNHEALTHY', 'UNHEALTHY', 'UNHEALTHY']);
    await openForProbes(world);
    await world.advance(8000);
    expect(await stateOf('unprobed')).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY']);
  });

  it('leaves connections to a machine that is taken out alone for the draining time, then ends them', async () => {
    const made = await world.expose('draining', { type: 'LoadBalancer' });
    const port = made.spec.ports[0].nodePort as number;
    const ip = await makeBalancer(world, {
      name: 'draining',
      check: check(port),
      backend: { connectionDraining: { drainingTimeoutSec: 30 } },
    });
    await world.publish('draining', ip);
    await world.advance(4500);
    const before = world.flows.length;
    const slow = Array.from({ length: 9 }, () => outcome(`http://${ip}/_wait/60000`));
    await many(`http://${ip}/`, 1);
    await world.until(() => world.flows.length >= before + 10);
    const first = world.flows.slice(before).map(({ verdict }) => (verdict.type === 'forward' ? verdict.hops[0] : ''));
    expect(first).toContain('node-2');
    const done: (Answer | string)[] = [];
    for (const each of slow) void each.then((answer) => done.push(answer));
    const instances = [
      { instance: 'https://www.googleapis.com/compute/v1/projects/portico/zones/us-central1-b/instances/node-2' },
    ];
    await world.compute('POST', 'zones/us-central1-b/instanceGroups/nodes/removeInstances', { instances });
    await world.advance(29_000);
    expect(done).toEqual([]);
    await world.advance(2000);
    await many(`http://${ip}/`, 1);
    const cut = first.slice(0, 9).filter((hop) => hop === 'node-2').length;
    expect(done).toEqual(Array.from({ length: cut }, () => 'ECONNRESET'));
    await world.advance(30_000);
    expect((await Promise.all(slow)).filter((each) => typeof each === 'object').length).toBe(9 - cut);
    await world.compute('POST', 'zones/us-central1-b/instanceGroups/nodes/addInstances', { instances });
  });

  it('carries datagrams', async () => {
    const template = {
      metadata: { name: 'datagrams', labels: { app: 'datagrams' } },
      spec: { containers: [{ name: 'main', image: 'echo', ports: [{ containerPort: 9000, protocol: 'UDP' }] }] },
    };
    await world.request('POST', inDefault.pods, template);
    const made = await world.expose('datagrams', {
      type: 'LoadBalancer',
      selector: { app: 'datagrams' },
      ports: [{ port: 53, targetPort: 9000, protocol: 'UDP' }],
    });
    expect(made.spec.ports[0].protocol).toBe('UDP');
    const ip = await makeBalancer(world, { name: 'datagrams', protocol: 'UDP', ports: ['53'], check: check(10_256) });
    await world.publish('datagrams', ip);
    await world.advance(4500);
    expect(await echoUdp(ip, 53, 'hello')).toBe('hello');
    await get(`http://${node(1)}:10256/healthz`, { from: node(2) }).then(({ status }) => expect(status).toBe(200));
  });
});
