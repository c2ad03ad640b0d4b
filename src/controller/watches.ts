import type { Clock } from '../clock.ts';
import { type ListWatchHandlers, listWatch } from '../kube/list-watch.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { NodeTarget } from '../model/intent.ts';
import { type Node, readNode } from '../model/node.ts';
import { keyOf, readService, type Service } from '../model/service.ts';
import { asks, type ClassRule, demand, says, stake } from './decide.ts';
import type { Provider } from '../provider.ts';
import { type EventRecorder, nodeReference } from './events.ts';
import type { Holders } from './holders.ts';
import { nodeSet } from './node-set.ts';
import type { Log, Observer } from './observer.ts';
import type { Queues } from './pass.ts';
import { type ServiceCache, serviceCache } from './service-cache.ts';

export interface WatchOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: Observer;
  readonly events: EventRecorder;
  readonly queues: Queues;
  readonly clusterId: string;
  readonly claims: ClassRule;
  readonly holders: Holders;
  readonly admit: Provider['admit'];
  /** Told the key of a Service on which only what we keep written there changed. */
  readonly rewritten: (key: string) => void;
  /** Whether the last pass over the shared graph failed. */
  readonly sharedFails: () => boolean;
}

/** The keys of Services that have or want a balancer. */
export interface Engaged extends Iterable<string> {
  readonly size: number;
  /** What they mean for the shared graph: one wants it, or one may still use it, or none does. */
  readonly stake: ReturnType<typeof stake>;
  /** Looks again whether the key belongs to them. */
  update(key: string): void;
}

export interface Watched {
  readonly services: ServiceCache;
  readonly engaged: Engaged;
  /** Nodes that may carry traffic, sorted by name. */
  readonly nodes: () => readonly NodeTarget[];
  /** The node with this `spec.providerID`. */
  readonly nodeOf: (providerId: string) => Node | undefined;
  /** Resolves when Services and Nodes are known, or the signal is aborted. */
  synced(signal: AbortSignal): Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

/** How long node events are gathered before the shared graph is looked at, in milliseconds. */
const nodeDelay = 500;

/**
 * A pass that failed may have failed because of a node, so every event of one brings it back; not at once, since nodes
 * report all the time.
 */
const mendDelay = 30_000;

/** Watches Services and Nodes, and queues the keys that a change concerns. */
export function watchCluster(options: WatchOptions): Watched {
  const { transport, clock, log, observer, events, queues, clusterId, claims, holders, admit } = options;
  const known = Promise.withResolvers<void>();
  let unknown = 2;
  const common = (resource: 'services' | 'nodes'): Pick<ListWatchHandlers<unknown>, 'synced' | 'failed'> => ({
    synced: () => {
      unknown -= 1;
      if (unknown === 0) known.resolve();
    },
    failed: (error) => {
      observer.watchFailed(resource, error.code);
      log('warn', 'watch interrupted', { resource, code: error.code, why: error.message });
    },
  });

  const changed = (service: Service): void => {
    updateEngaged(keyOf(service));
    queues.services.add(keyOf(service));
  };
  const serviceWatch = listWatch<Service>({
    transport,
    clock,
    path: '/api/v1/services',
    kind: 'Service',
    read: readService,
    handlers: {
      ...common('services'),
      add: (service) => {
        if (demand(service, claims) !== 'ignore') changed(service);
      },
      update: (before, service) => {
        holders.heard(service);
        if (asks(before) !== asks(service)) changed(service);
        else if (says(before) !== says(service)) {
          updateEngaged(keyOf(service));
          options.rewritten(keyOf(service));
        }
      },
      delete: (service) => {
        holders.heard(service);
        changed(service);
      },
    },
  });
  const services = serviceCache(serviceWatch.objects);
  const engaged = engagedKeys((key) => {
    const service = services.get(key);
    const former = holders.former(key, undefined).length > 0 ? 'keeps' : undefined;
    if (!service || demand(service, claims) === 'ignore') return former;
    return stake(service, claims);
  });
  const updateEngaged = (key: string): void => {
    const before = engaged.stake;
    engaged.update(key);
    if (before !== engaged.stake) queues.cluster.add(clusterId);
  };

  const nodeChanged = (before: Node | undefined, node: Node | undefined): void => {
    const why = node && nodes.complaint(node);
    if (node && why !== undefined) {
      const { name } = node.metadata;
      const message = `Node ${name} gets no traffic from load balancers: ${why}.`;
      log('warn', 'node not usable', { node: name, why });
      events.record(nodeReference(node), { reason: 'NodeNotUsable', message });
    }
    const cameOrWent = before === undefined || node === undefined;
    if (nodes.concerns(before, node) || (cameOrWent && options.sharedFails())) {
      queues.cluster.addAfter(clusterId, nodeDelay);
    } else if (options.sharedFails()) queues.cluster.addAfter(clusterId, mendDelay);
  };
  const nodeWatch = listWatch<Node>({
    transport,
    clock,
    path: '/api/v1/nodes',
    kind: 'Node',
    read: readNode,
    handlers: {
      ...common('nodes'),
      add: (node) => nodeChanged(undefined, node),
      update: nodeChanged,
      delete: (node) => nodeChanged(node, undefined),
    },
  });
  const nodes = nodeSet(nodeWatch.objects, admit);

  return {
    services,
    engaged: {
      get size() {
        return engaged.size;
      },
      get stake() {
        return engaged.stake;
      },
      update: updateEngaged,
      [Symbol.iterator]: () => engaged[Symbol.iterator](),
    },
    nodes: () => nodes.targets(),
    nodeOf: (providerId) => [...nodeWatch.objects.values()].find((node) => node.providerId === providerId),
    synced: async (signal) => {
      const stopped = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => stopped.resolve(), { once: true });
      if (!signal.aborted) await Promise.race([known.promise, stopped.promise]);
    },
    run: async (signal) => {
      await Promise.all([serviceWatch.run(signal), nodeWatch.run(signal)]);
    },
  };
}

/** `stakeOf` is undefined for a key that is not engaged. */
function engagedKeys(stakeOf: (key: string) => Engaged['stake'] | undefined): Engaged {
  const keys = new Map<string, Engaged['stake']>();
  const counts = { wants: 0, keeps: 0, none: 0 };
  return {
    get size() {
      return keys.size;
    },
    get stake() {
      return counts.wants > 0 ? 'wants' : counts.keeps > 0 ? 'keeps' : 'none';
    },
    update: (key) => {
      const before = keys.get(key);
      const now = stakeOf(key);
      if (before !== undefined) counts[before] -= 1;
      if (now === undefined) keys.delete(key);
      else {
        counts[now] += 1;
        keys.set(key, now);
      }
    },
    [Symbol.iterator]: () => keys.keys(),
  };
}
