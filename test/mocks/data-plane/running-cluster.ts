import { createKubeApi, type KubeApi } from '../../../mocks/index.ts';
import { type Activity, createActivity } from '../../../mocks/data-plane/activity.ts';
import { type MachinePower, machinePower } from '../../../mocks/data-plane/machine-power.ts';
import { echoPods } from '../../../mocks/data-plane/pods/echo-pods.ts';
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts';
import { ask, textOfAnswer } from '../kube-apiserver/ask.ts';
import { type KubeThing, nodeNamed } from '../kube-controllers/cluster.ts';
import { type LoopbackSite, loopbackSite } from './loopback-site.ts';

/** A cluster whose pods answer on loopback. Time is virtual; sockets are real, and time stands still while they work. */
export interface RunningCluster {
  readonly clock: VirtualClock;
  readonly api: KubeApi;
  readonly site: LoopbackSite;
  readonly activity: Activity;
  readonly power: MachinePower;
  readonly logs: string[];
  request(method: string, path: string, body?: unknown, type?: string): Promise<KubeThing>;
  list(path: string): Promise<readonly KubeThing[]>;
  /** Moves time on in small steps and lets sockets finish after each. */
  advance(ms: number): Promise<void>;
  /** Moves time on until the condition holds; an error when it does not within a minute of virtual time. */
  until(condition: () => Promise<boolean> | boolean, limitMs?: number): Promise<void>;
  close(): void;
}

const stepMs = 50;

export async function runningCluster(nodes = 3): Promise<RunningCluster> {
  const clock = virtualClock({ seed: 1 });
  const site = loopbackSite();
  const activity = createActivity();
  const logs: string[] = [];
  const power = machinePower();
  const pods = echoPods({
    clock,
    activity,
    power,
    plan: site.plan,
    log: ({ pod, text }) => logs.push(`${pod} ${text}`),
  });
  const api = createKubeApi({ clock, seed: process.pid, controllers: true, pods });
  const cluster: RunningCluster = {
    clock,
    api,
    site,
    activity,
    power,
    logs,
    request: async (method, path, body, type = 'application/json') =>
      JSON.parse(textOfAnswer(await ask(api, method, path, body, { headers: { 'content-type': type } }))) as KubeThing,
    list: async (path) => (JSON.parse(textOfAnswer(await ask(api, 'GET', path))) as { items: KubeThing[] }).items,
    async advance(ms) {
      for (let done = 0; done < ms; done += stepMs) {
        await clock.advance(Math.min(stepMs, ms - done));
        await activity.idle();
      }
    },
    async until(condition, limitMs = 60_000) {
      for (let done = 0; !(await condition()); done += stepMs) {
        if (done >= limitMs) throw new Error(`Not so within ${limitMs} ms: ${String(condition)}\n${logs.join('\n')}`);
        await cluster.advance(stepMs);
      }
    },
    close: () => api.close(),
  };
  for (let index = 1; index <= nodes; index += 1) {
    const node = nodeNamed(index);
    const addresses = [{ type: 'InternalIP', address: site.nodeAddress(index) }];
    const spec = { ...node.spec, podCIDR: site.podRange(index) };
    await cluster.request('POST', '/api/v1/nodes', { ...node, spec, status: { ...node.status, addresses } });
  }
  await cluster.advance(100);
  return cluster;
}

export const isReady = (pod: KubeThing): boolean =>
  (pod.status.conditions as { type: string; status: string }[] | undefined)?.some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  ) ?? false;
