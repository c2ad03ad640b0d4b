import { inDefault, type KubeThing, mergePatch } from '../../kube-controllers/cluster.ts';
import { isReady } from '../running-cluster.ts';
import type { ProvisionedCloud } from './provisioned-cloud.ts';

/** What clients noticed of it: requests by what went on while they were begun. */
export interface Noticed {
  readonly phase: string;
  readonly asked: number;
  readonly lost: number;
}

/** Requests that are begun all the time, each over a connection of its own that stays open for a while. */
export interface Load {
  /** Those that are begun from now on belong to this phase. */
  enter(phase: string): void;
  /** Lets time pass under load. */
  pass(ms: number): Promise<void>;
  /** Lets time pass under load until it is so. */
  until(condition: () => Promise<boolean>): Promise<void>;
  /** How many have been begun. */
  asked(): number;
  /** Waits for the last answer. */
  end(): Promise<readonly Noticed[]>;
}

const tickMs = 50;
/** To look at the cluster costs more than to let time pass. */
const ticksBetween = 10;
/** How long a pod takes for each answer: so that there are open connections whatever happens. */
const heldMs = 200;
const longestMs = 600_000;

/** `perSecond` requests, evenly in time; ports one after the other from 20,000. */
export function load(world: ProvisionedCloud, ip: string, perSecond: number): Load {
  const phases = new Map<string, { asked: number; lost: number }>();
  const open = new Set<Promise<boolean>>();
  let phase = 'before';
  let asked = 0;
  let due = 0;

  const answered = async (): Promise<boolean> => {
    const answer = await world.ask(ip, { path: `/_wait/${heldMs}` });
    return typeof answer === 'object' && answer.status === 200;
  };
  function begin(): void {
    const count = phases.get(phase) ?? { asked: 0, lost: 0 };
    phases.set(phase, count);
    count.asked += 1;
    asked += 1;
    const one: Promise<boolean> = answered().then((well) => {
      if (!well) count.lost += 1;
      return open.delete(one);
    });
    open.add(one);
  }
  async function tick(): Promise<void> {
    for (due += (perSecond * tickMs) / 1000; due >= 1; due -= 1) begin();
    await world.advance(tickMs);
  }

  return {
    enter(next) {
      phase = next;
    },
    asked: () => asked,
    async pass(ms) {
      for (let done = 0; done < ms; done += tickMs) await tick();
    },
    async until(condition) {
      for (let ticks = 0; ticks % ticksBetween > 0 || !(await condition()); ticks += 1) {
        if (ticks * tickMs > longestMs) throw new Error(`Not so within ${longestMs} ms: ${String(condition)}`);
        await tick();
      }
    },
    async end() {
      while (open.size > 0) await world.advance(tickMs);
      return [...phases].map(([name, count]) => ({ phase: name, ...count }));
    },
  };
}

/** Before they stop, pods serve on for longer than health checks need: without it `Local` promises nothing. */
const lasting = { preStop: { sleep: { seconds: 8 } } };

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
            lifecycle: lasting,
          },
        ],
      },
    },
  },
});

const kubias = async (world: ProvisionedCloud): Promise<readonly KubeThing[]> =>
  (await world.list(inDefault.pods)).filter(({ metadata }) => metadata.labels?.['app'] === 'kubia');

/** Begins a rolling update; answers whether it is over. */
export async function rollOut(world: ProvisionedCloud, version: string): Promise<() => Promise<boolean>> {
  await world.request('PATCH', `${inDefault.deployments}/kubia`, template(version), mergePatch);
  const { replicas } = (await world.request('GET', `${inDefault.deployments}/kubia`)).spec;
  return async () => {
    const pods = await kubias(world);
    return (
      pods.length === replicas &&
      pods.every((pod) => isReady(pod) && pod.spec.containers[0].image === `kubia:${version}`)
    );
  };
}

/** As `kubectl drain`: cordons the node and evicts its pods; answers whether they are gone. */
async function drain(world: ProvisionedCloud, node: string): Promise<() => Promise<boolean>> {
  await world.request('PATCH', `/api/v1/nodes/${node}`, { spec: { unschedulable: true } }, mergePatch);
  const left = async () => (await kubias(world)).filter(({ spec }) => spec.nodeName === node);
  for (const { metadata } of await left()) {
    await world.request('POST', `${inDefault.pods}/${metadata.name}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: metadata.name, namespace: 'default' },
    });
  }
  return async () => (await left()).length === 0;
}

/**
 * A rolling update, then a node that is drained, switched off a while later, and taken away: an upgrade of a cluster in
 * short. The world has three nodes and a Deployment of three pods.
 */
export async function upgrade(
  world: ProvisionedCloud,
  externalTrafficPolicy: 'Cluster' | 'Local',
  perSecond: number,
): Promise<readonly Noticed[]> {
  const name = `upgraded-${externalTrafficPolicy.toLowerCase()}`;
  await world.until(await rollOut(world, '1'), 300_000);
  const ip = await world.serve(name, { externalTrafficPolicy });
  await world.untilAnswers(ip, (answer) => typeof answer === 'object');
  await world.advance(30_000);

  const traffic = load(world, ip, perSecond);
  await traffic.pass(5000);
  traffic.enter('rolling update');
  await traffic.until(await rollOut(world, '2'));
  await traffic.pass(5000);
  traffic.enter('node drained');
  await traffic.until(await drain(world, 'node-2'));
  await traffic.pass(5000);
  traffic.enter('its machine off');
  // What is open when the machine goes belongs here as well.
  await traffic.pass(2 * heldMs);
  await world.compute('POST', 'zones/us-central1-b/instances/node-2/stop');
  await traffic.pass(70_000);
  traffic.enter('its Node deleted');
  await world.request('DELETE', '/api/v1/nodes/node-2');
  await traffic.pass(10_000);
  return traffic.end();
}
