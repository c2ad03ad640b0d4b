import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { GceComputeOptions } from '../../../mocks/index.ts';
import { openWatcher } from '../watcher.ts';
import { type Controller, startCloud, startController, startKube } from './processes.ts';

export interface Calls {
  readonly mutations: number;
  readonly reads: number;
  readonly waits: number;
  readonly byMethod: Readonly<Record<string, number>>;
}

export interface LoggedCall {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly class: 'mutation' | 'read' | 'wait';
  readonly status?: number;
}

/** API server, cloud and controller, each a process of its own, and what is seen of them from outside. */
export interface World {
  /** What each operation of the cloud takes, in milliseconds. */
  readonly latencyMs: number;
  readonly controller: (...args: string[]) => Promise<Controller>;
  /** Writes to the API server, sixteen at once. */
  readonly writeAll: (count: number, write: (number: number) => Promise<unknown>) => Promise<void>;
  readonly write: (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => Promise<unknown>;
  /** When the Service of this name last came to have an address, or lost it, by `performance.now()`. */
  readonly addressedAt: ReadonlyMap<string, number>;
  /** How many Services have an address now. */
  readonly addressed: () => number;
  /** Ends when so many Services have one. */
  readonly addresses: (count: number) => Promise<void>;
  readonly addMachines: (machines: readonly { readonly name: string; readonly zone: string }[]) => Promise<void>;
  readonly calls: () => Promise<Calls>;
  readonly log: () => Promise<readonly LoggedCall[]>;
  /** Has calls counted from zero. */
  readonly recount: () => Promise<void>;
  /** Ends when nothing was asked of the cloud for an operation and a second and a half more; gives the calls, and when the last was seen. */
  readonly quiet: () => Promise<Calls & { readonly lastAt: number }>;
  readonly close: () => Promise<void>;
}

const writersAtOnce = 16;
export const services = '/api/v1/namespaces/default/services';
export const nodes = '/api/v1/nodes';

export async function openWorld(cloudOptions: Omit<GceComputeOptions, 'clock'>): Promise<World> {
  const [kube, cloud] = await Promise.all([startKube(), startCloud(cloudOptions)]);
  const folder = await mkdtemp(join(tmpdir(), 'portico-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(kube.url)));
  const dispatcher = new Agent({ connections: writersAtOnce + 4 });

  const ask = async (method: string, url: string, body?: unknown): Promise<unknown> => {
    const answer = await request(url, {
      dispatcher,
      method: method as 'GET',
      headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: HTTP ${answer.statusCode} ${text.slice(0, 500)}`);
    return JSON.parse(text);
  };

  const addressedAt = new Map<string, number>();
  const having = new Set<string>();
  let waiting: { readonly count: number; readonly resolve: () => void } | undefined;
  const watcher = await openWatcher(`${kube.url}${services}?watch=true`, dispatcher, (line) => {
    const { type, object } = JSON.parse(line) as WatchEvent;
    const { name } = object.metadata;
    const has = type !== 'DELETED' && (object.status?.loadBalancer?.ingress?.length ?? 0) > 0;
    if (has === having.has(name)) return;
    if (has) having.add(name);
    else having.delete(name);
    addressedAt.set(name, performance.now());
    if (waiting && having.size === waiting.count) waiting.resolve();
  });

  const latencyMs = cloudOptions.operationLatencyMs ?? 0;
  // While an operation runs nothing is asked.
  const quietMs = latencyMs + 1500;
  const calls = async (): Promise<Calls> => (await ask('GET', `${cloud.url}/_portico/calls`)) as Calls;
  const controllers: Controller[] = [];
  return {
    latencyMs,
    addressedAt,
    addressed: () => having.size,
    controller: async (...args) => {
      const place = ['--kubeconfig', kubeconfig, '--provider', 'gce', '--gce-api-endpoint', cloud.url];
      const named = ['--cluster-id', 'bench', '--gce-project', 'portico', '--gce-region', 'us-central1'];
      const begun = await startController([...place, ...named, '--leader-election', 'off', ...args]);
      controllers.push(begun);
      return begun;
    },
    write: (method, path, body) => ask(method, `${kube.url}${path}`, body),
    writeAll: async (count, write) => {
      let next = 0;
      const writer = async (): Promise<void> => {
        for (let number = next++; number < count; number = next++) await write(number);
      };
      await Promise.all(Array.from({ length: writersAtOnce }, writer));
    },
    addresses: async (count) => {
      if (having.size === count) return;
      await new Promise<void>((resolve) => {
        waiting = { count, resolve };
      });
    },
    addMachines: async (machines) => {
      await ask('POST', `${cloud.url}/_portico/instances`, machines);
    },
    calls,
    log: async () => ((await ask('GET', `${cloud.url}/_portico/log`)) as { readonly calls: LoggedCall[] }).calls,
    recount: async () => {
      await ask('POST', `${cloud.url}/_portico/calls/reset`);
    },
    quiet: async () => {
      let last = await calls();
      let lastAt = performance.now();
      while (performance.now() - lastAt < quietMs) {
        await sleep(50);
        const now = await calls();
        if (now.mutations + now.reads + now.waits !== last.mutations + last.reads + last.waits)
          lastAt = performance.now();
        last = now;
      }
      return { ...last, lastAt };
    },
    close: async () => {
      for (const each of controllers) await each.stop();
      watcher.close();
      await dispatcher.destroy();
      await Promise.all([kube.close(), cloud.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly unknown[] } };
  };
}

const kubeconfigOf = (server: string): unknown => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'bench', cluster: { server } }],
  users: [{ name: 'bench', user: {} }],
  contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  'current-context': 'bench',
});
