import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployment, inDefault, type KubeThing, mergePatch } from '../kube-controllers/cluster.ts';
import { isReady } from './running-cluster.ts';
import { type Answer, outcome } from './traffic.ts';
import { makeBalancer, openForProbes, type WiredCloud, wiredCloud } from './wired-cloud.ts';

let world: WiredCloud;
beforeAll(async () => {
  world = await wiredCloud(2);
  await openForProbes(world);
  await world.request('POST', inDefault.deployments, deployment(3));
  await world.until(async () => (await world.list(inDefault.pods)).filter(isReady).length === 3);
});
afterAll(() => world.end());

const requests = 300;

/** Shares of the pods, the largest first, in percent, of flows that differ in the client's port. */
async function shares(ip: string): Promise<readonly number[]> {
  const counts = new Map<string, number>();
  for (let index = 0; index < requests; index += 1) {
    const got = await outcome(`http://${ip}/`, { from: '127.9.8.7', fromPort: 20_000 + index });
    const who = typeof got === 'string' ? got : got.pod;
    counts.set(who, (counts.get(who) ?? 0) + 1);
  }
  return [...counts.values()].map((count) => (100 * count) / requests).toSorted((a, b) => b - a);
}

async function balanced(name: string, spec: Readonly<Record<string, unknown>>, backend: object = {}): Promise<string> {
  const made: KubeThing = await world.expose(name, { type: 'LoadBalancer', ...spec });
  const port = made.spec.healthCheckNodePort as number | undefined;
  const ip = await makeBalancer(world, {
    name,
    nodes: [1, 2],
    backend,
    check:
      port === undefined
        ? { type: 'TCP', tcpHealthCheck: { port: made.spec.ports[0].nodePort as number } }
        : { type: 'HTTP', httpHealthCheck: { port } },
  });
  await world.publish(name, ip);
  await world.advance(4500);
  return ip;
}

/** The largest difference of a share from what is expected, in percent. */
const distance = (seen: readonly number[], expected: readonly number[]): number =>
  seen.length === expected.length
    ? Math.max(...expected.map((share, index) => Math.abs((seen[index] ?? 0) - share)))
    : Number.POSITIVE_INFINITY;

/** Five standard deviations of the share of 300 independent flows, of which the largest is 2.9 %. */
const tolerance = 14.5;

describe('three pods on two nodes', () => {
  it('get a third each with Cluster', async () => {
    expect(distance(await shares(await balanced('by-cluster', {})), [33.3, 33.3, 33.3])).toBeLessThan(tolerance);
  });

  it('get a half and two quarters with Local: as many as their nodes', async () => {
    const seen = await shares(await balanced('by-node', { externalTrafficPolicy: 'Local' }));
    expect(distance(seen, [50, 25, 25])).toBeLessThan(tolerance);
    // The bounds above allow some of a third each: this does not.
    expect(seen[0]).toBeGreaterThan(40);
  });

  it('get a third each with Local and weights', async () => {
    const weights = { localityLbPolicy: 'WEIGHTED_MAGLEV' };
    const seen = await shares(await balanced('by-weight', { externalTrafficPolicy: 'Local' }, weights));
    expect(distance(seen, [33.3, 33.3, 33.3])).toBeLessThan(tolerance);
    expect(seen[0]).toBeLessThan(42);
  });
});

describe('under load', () => {
  it('a rolling update loses nothing with Local, when pods serve on for as long as health checks need', async () => {
    const ip = await balanced('rolling', { externalTrafficPolicy: 'Local' });
    const template = (version: string) => ({
      spec: {
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          spec: {
            containers: [
              {
                name: 'kubia',
                image: `kubia:${version}`,
                ports: [{ containerPort: 8080, name: 'http' }],
                readinessProbe: { httpGet: { port: 8080, path: '/' }, periodSeconds: 1 },
                lifecycle: { preStop: { sleep: { seconds: 10 } } },
              },
            ],
          },
        },
      },
    });
    const replace = async (version: string): Promise<Set<string>> => {
      const before = new Set((await world.list(inDefault.pods)).map(({ metadata }) => metadata.name));
      await world.request('PATCH', `${inDefault.deployments}/kubia`, template(version), mergePatch);
      const lost: string[] = [];
      const seen = new Set<string>();
      await world.until(async () => {
        for (let index = 0; index < 3; index += 1) {
          const got: Answer | string = await outcome(`http://${ip}/`);
          if (typeof got === 'string') lost.push(got);
          else seen.add(got.pod);
        }
        await world.advance(250);
        const pods = await world.list(inDefault.pods);
        return pods.length === 3 && pods.every((pod) => isReady(pod) && !before.has(pod.metadata.name));
      }, 200_000);
      expect(lost).toEqual([]);
      return seen;
    };
    // The pods of before have no preStop hook: they are gone at once, which is another matter.
    await world.request('PATCH', `${inDefault.deployments}/kubia`, template('2'), mergePatch);
    await world.until(async () => {
      const pods = await world.list(inDefault.pods);
      return pods.length === 3 && pods.every((pod) => isReady(pod) && pod.spec.containers[0].image === 'kubia:2');
    });
    await world.advance(5000);
    const seen = await replace('3');
    expect(seen.size).toBeGreaterThan(3);
  });
});
