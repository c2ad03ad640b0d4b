import { type Clock, systemClock } from '../../src/clock.ts';
import type { Policies } from '../../src/graph/plan.ts';
import type { Graph } from '../../src/graph/resource.ts';
import type { Provider, Reconcilable, Sticky } from '../../src/provider.ts';
import { createCloud } from './cloud.ts';
import { type CloudApi, cloudApi } from './cloud-api.ts';
import { desiredCluster, desiredService } from './desired.ts';
import { execute } from './execute.ts';
import { clusterPolicies, servicePolicies } from './kinds.ts';
import { isLent, observe, ownersIn } from './observe.ts';
import { retention } from './retention.ts';

export interface MockProviderOptions {
  readonly clock?: Clock;
  /** The cloud to work on. Without it, one of the provider's own. */
  readonly api?: CloudApi;
  /** With what the names of all resources begin. */
  readonly prefix?: string;
}

const allKinds = Object.keys({ ...servicePolicies, ...clusterPolicies });

/** The provisioning interface over an in-memory cloud that enforces the rules. */
export function createMockProvider({
  clock = systemClock,
  api = cloudApi(createCloud({ clock }), { clock }),
  prefix = 'portico',
}: MockProviderOptions = {}): Provider {
  const reconcilable = <Intent>(
    policies: Policies,
    desired: (prefix: string, intent: Intent, sticky: Sticky) => Graph,
  ): Reconcilable<Intent> => ({
    policies,
    desired: (intent, sticky) => desired(prefix, intent, sticky),
    observe: (owner, wanted, signal) => observe(api, Object.keys(policies), owner, wanted, signal),
    execute: async (step, owner, signal) => {
      await execute(api, step, owner, signal);
      return [];
    },
  });
  const shared = reconcilable(clusterPolicies, desiredCluster);
  return {
    name: 'mock',
    capabilities: {
      schemes: ['external', 'internal'],
      families: ['ipv4', 'ipv6'],
      mixedProtocols: true,
      nodesPerService: false,
    },
    ...reconcilable(servicePolicies, desiredService),
    cluster: {
      ...shared,
      observe: async (owner, wanted, signal) => {
        const seen = await shared.observe(owner, wanted, signal);
        const lent = await isLent(api, seen.graph, signal);
        return lent ? { ...seen, sticky: { ...seen.sticky, lent } } : seen;
      },
    },
    retention: retention(api),
    owners: async (cluster, signal) =>
      (await ownersIn(api, allKinds, signal)).filter((owner) => owner.cluster === cluster),
    clusters: async (signal) =>
      [...new Set((await ownersIn(api, allKinds, signal)).map(({ cluster }) => cluster))].toSorted(),
    // Nothing is remembered between calls: a look into memory costs nothing.
    refresh: () => undefined,
    close: async () => undefined,
  };
}
