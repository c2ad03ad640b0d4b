import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/clock.ts';
import type { PodRuntime } from '../kube-controllers/pod-runtime.ts';
import { runControllers } from '../kube-controllers/start.ts';
import { adminRequest } from './admin.ts';
import { admit, createAuth } from './auth/auth.ts';
import { bootstrapPolicy } from './auth/policy/bootstrap-policy.ts';
import type { AuthOptions } from './auth/options.ts';
import { bootstrap } from './bootstrap.ts';
import { createCallCounts } from './calls.ts';
import { resourceOf, type Cluster } from './cluster.ts';
import { runRoleAggregation } from './controllers/role-aggregation.ts';
import type { KubeFaultRule } from './fault-effects.ts';
import { createFaults } from './faults.ts';
import { handle, methodName, refusal } from './handler.ts';
import type { Kind } from './kind.ts';
import { seededRandom } from './random.ts';
import { createResources } from './route.ts';
import { kinds as served } from './kinds/served.ts';
import { createStore, type Store } from './store/store.ts';
import { createWatchCaches } from './watch/caches.ts';
import { createOpenWatches } from './watch/open-watches.ts';
import type { KubeAnswer, KubeRequest } from './wire.ts';

export interface KubeApiOptions {
  /** Default: the system's. A virtual one makes every run the same. */
  readonly clock?: Clock;
  /** Names, addresses, node ports and uids follow from it. Default: from the clock's chance. */
  readonly seed?: number;
  /** Kinds to serve besides those that come with the server. */
  readonly kinds?: readonly Kind[];
  /** Planted from the start. */
  readonly faults?: readonly KubeFaultRule[];
  /** Left out, everybody may do everything; `{}` is RBAC, with no way in but tokens of service accounts. */
  readonly auth?: AuthOptions;
  /** Whether a kube-controller-manager runs beside the server. Default: no. */
  readonly controllers?: boolean;
  /** What runs pods. With it there are a scheduler and kubelets on all nodes. Default: neither. */
  readonly pods?: PodRuntime;
}

/** One cluster's API without sockets. */
export interface KubeApi {
  /** Answers a request; rejects only when a planted fault drops or stalls it. The body of a watch is a stream that ends when `request.signal` aborts. */
  handle(request: KubeRequest): Promise<KubeAnswer>;
  readonly store: Store;
  /** Ends all watches and timers. */
  close(): void;
}

export function createKubeApi(options: KubeApiOptions = {}): KubeApi {
  const clock = options.clock ?? systemClock;
  const kinds = [...served, ...(options.kinds ?? [])];
  const resources = createResources(kinds);
  const byResource = new Map(kinds.map((kind) => [resourceOf(kind), kind]));
  const store = createStore({
    claims: (resource, object) => byResource.get(resource)?.strategy.claims?.(object) ?? [],
  });
  const seed = options.seed ?? Math.floor(clock.random() * 2 ** 32);
  const auth = createAuth(options.auth, { store, clock, seed: seed + 2 });
  const closing = new AbortController();
  const caches = createWatchCaches(store, kinds, clock, closing.signal);
  const serviceAccounts = options.controllers ?? false;
  const random = seededRandom(seed);
  const startedMs = clock.now();
  const runtime = options.pods;
  const cluster: Cluster = {
    clock,
    startedMs,
    store,
    caches,
    kinds,
    resources,
    auth,
    random,
    serviceAccounts,
    runtime,
  };
  const calls = createCallCounts();
  const watches = createOpenWatches();
  const faults = createFaults(clock, seededRandom(seed + 1), watches);
  const plant = (rules: readonly KubeFaultRule[]): void => {
    faults.plant(rules);
    caches.setLags(rules);
  };
  plant(options.faults ?? []);
  const door = { cluster, calls, faults, watches, plant };
  bootstrap(cluster);
  if (auth.authorizer.mode === 'RBAC') bootstrapPolicy(cluster);
  runRoleAggregation(cluster, closing.signal);
  runControllers(cluster, { all: options.controllers ?? false, runtime }, closing.signal);
  return {
    store,
    async handle(request) {
      const admin = adminRequest(door, request);
      if (admin) return admin;
      const method = methodName(cluster, request);
      calls.count(method);
      const signalled = { ...request, signal: AbortSignal.any([request.signal, closing.signal]) };
      return faults.around(method, signalled, async (asked) => {
        try {
          return await handle(cluster, asked, admit(auth, asked));
        } catch (error) {
          return refusal(error, asked);
        }
      });
    },
    close() {
      closing.abort();
    },
  };
}
