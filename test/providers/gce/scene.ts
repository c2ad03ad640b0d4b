import { expect } from 'vitest';
import { pass, type Pass } from '../../../providers/conformance/index.ts';
import type { ClusterIntent, LoadBalancerIntent, NodeTarget } from '../../../src/model/intent.ts';
import type { ServiceOwner } from '../../../src/model/owner.ts';
import type { Notice, Observation, Provider, Reconcilable } from '../../../src/provider.ts';
import type { Owner } from '../../../src/model/owner.ts';
import { zones } from './others.ts';
import { type GceWorld } from './world.ts';

export const clusterOwner = { kind: 'cluster', cluster: 'test' } as const;

export const serviceOwner = (name = 'web'): ServiceOwner => ({
  kind: 'service',
  cluster: 'test',
  namespace: 'shop',
  name,
  uid: `uid-${name}`,
});

/** One external TCP port for everybody, and what is said otherwise. */
export const wish = (changes: Partial<LoadBalancerIntent> = {}): LoadBalancerIntent => ({
  owner: serviceOwner(),
  scheme: 'external',
  families: ['ipv4'],
  listeners: [{ name: 'http', protocol: 'tcp', port: 80, nodePort: 30080 }],
  trafficPolicy: 'cluster',
  health: tcpProbe,
  affinity: { kind: 'none' },
  sourceRanges: { ipv4: ['0.0.0.0/0'], ipv6: ['::/0'] },
  address: { kind: 'any' },
  zones: zones.slice(0, 2),
  nodes: [],
  options: {},
  ...changes,
});

export const tcpProbe: LoadBalancerIntent['health'] = {
  protocol: 'tcp',
  port: 30080,
  path: null,
  intervalSeconds: 8,
  timeoutSeconds: 1,
  healthyThreshold: 1,
  unhealthyThreshold: 3,
};

export const proxyProbe: LoadBalancerIntent['health'] = {
  ...tcpProbe,
  protocol: 'http',
  port: 10256,
  path: '/healthz',
};
export const localProbe: LoadBalancerIntent['health'] = {
  ...proxyProbe,
  port: 31999,
  intervalSeconds: 3,
  unhealthyThreshold: 2,
};

export const ports = (protocol: 'tcp' | 'udp', ...numbers: readonly number[]): LoadBalancerIntent['listeners'] =>
  numbers.map((port) => ({ name: `${protocol}-${port}`, protocol, port, nodePort: 30_000 + (port % 2000) }));

const live = (): AbortSignal => new AbortController().signal;

/** A cluster with a node in each of two zones, its shared graph made. */
export async function cluster(world: GceWorld, provider: Provider, count = 2): Promise<ClusterIntent> {
  const nodes: NodeTarget[] = [];
  for (let index = 0; index < count; index += 1) {
    nodes.push(await world.addMachine(`node-${index + 1}`, zones[index % 2] ?? ''));
  }
  const intent: ClusterIntent = { owner: clusterOwner, active: true, nodes };
  await reach(provider.cluster, clusterOwner, intent);
  return intent;
}

export interface Reached extends Observation {
  readonly passes: readonly Pass[];
  readonly notices: readonly Notice[];
}

/** One pass that must not fail, and after it nothing to do. */
export async function reach<Intent>(side: Reconcilable<Intent>, owner: Owner, intent: Intent | null): Promise<Reached> {
  const notices: Notice[] = [];
  const listening: Reconcilable<Intent> = {
    ...side,
    execute: async (...args) => {
      const said = await side.execute(...args);
      notices.push(...said);
      return said;
    },
  };
  const made = await pass(listening, owner, intent, { signal: live(), width: 8 });
  expect(made.applied.failed.map(({ step, error }) => `${step.id}: ${error.code}: ${error.message}`)).toEqual([]);
  expect([...made.after.foreign]).toEqual([]);
  return { ...made.after, passes: [made], notices };
}

/** The codes with which the steps of one pass fail, by kind of resource. */
export async function failures(provider: Provider, intent: LoadBalancerIntent): Promise<Record<string, string>> {
  const { applied } = await pass(provider, intent.owner, intent, { signal: live(), width: 8 });
  return Object.fromEntries(applied.failed.map(({ step, error }) => [step.resource.kind, error.code]));
}

export interface Cost {
  readonly mutations: number;
  readonly reads: number;
  readonly waits: number;
  /** How many operations had to be waited for one after another. */
  readonly chain: number;
  readonly byMethod: Readonly<Record<string, number>>;
}

/** What `work` costs in calls, and in operations one after another, which last `latencyMs` each. */
export async function costOf(world: GceWorld, latencyMs: number, work: () => Promise<unknown>): Promise<Cost> {
  world.cloud.calls.reset();
  const began = world.clock.monotonic();
  await work();
  const elapsed = world.clock.monotonic() - began;
  const counts = world.cloud.calls.counts() as unknown as Omit<Cost, 'chain'>;
  return { ...counts, chain: Math.floor(elapsed / latencyMs) };
}
