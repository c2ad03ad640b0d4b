import type { Clock } from '../clock.ts';
import { PorticoError } from '../errors.ts';
import { kubeApi } from '../kube/api.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { Options } from '../model/options.ts';
import type { Provider } from '../provider.ts';
import { clusterWork } from './cluster-work.ts';
import type { ClassRule } from './decide.ts';
import { asAsked } from './drift.ts';
import { eventRecorder } from './events.ts';
import { holders as createHolders } from './holders.ts';
import { remarks } from './notices.ts';
import { type Log, noObserver, type Observer } from './observer.ts';
import { tally } from './overview.ts';
import type { PassContext } from './pass.ts';
import { workQueue } from './queue.ts';
import { serviceWork } from './service-work.ts';
import { sharedGraph } from './shared.ts';
import type { OrphanPolicy } from '../model/policy.ts';
import { stockTaker } from './stock.ts';
import { watchCluster } from './watches.ts';

export interface ControllerOptions {
  readonly kube: KubeTransport;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Observer;
  /** Id of the cluster, unique among all that share a cloud project. */
  readonly clusterId: string;
  /** Which Services are ours, by their class. */
  readonly claims: ClassRule;
  /** Options of Services that do not say otherwise. */
  readonly defaults?: Options;
  /** Services worked on at the same time. */
  readonly workers: number;
  /** Time between two sweeps for drift, in milliseconds; each is jittered by a tenth. */
  readonly sweepInterval?: number;
  /** What happens to what Services that are gone left in the cloud. */
  readonly orphans?: OrphanPolicy;
  /** Steps of one plan that run at the same time. */
  readonly width?: number;
  /**
   * Aborted when this process may not write any more, that is when it lost the lease: everything under way ends at once.
   * Without it, only the graceful stop ends the controller.
   */
  readonly lease?: AbortSignal;
}

/**
 * How long what is under way may go on after the stop, and then how long it may take to notice, in milliseconds. With the
 * Lease that is given back afterwards it makes ten seconds, which is what a Pod may well be given.
 */
const grace = 8000;
const lastMoment = 1000;

/**
 * Runs the controller until the signal is aborted. Then nothing new is begun, what is under way has eight seconds to end,
 * and the promise resolves. It never rejects for what the API server or the cloud does: that is retried.
 */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const { kube: transport, provider, clock, log, clusterId, claims, workers } = options;
  const {
    sweepInterval = 600_000,
    orphans = 'report',
    width = 8,
    observer = noObserver,
    defaults = {},
    lease,
  } = options;

  const ending = endings(clock, signal, lease);
  const stop = ending.stop;
  const kube = kubeApi(transport, clock);
  const events = eventRecorder(kube, clock, log, ending.kill);
  const queues = {
    services: workQueue(clock, observer.queueOf('services')),
    cluster: workQueue(clock, observer.queueOf('cluster')),
  };
  const shared = sharedGraph(() => queues.cluster.add(clusterId));
  const holders = createHolders(defaults);
  const watched = watchCluster({
    transport,
    clock,
    log,
    observer,
    events,
    queues,
    clusterId,
    claims,
    holders,
    admit: provider.admit,
    rewritten: (key) => services.rewritten(key),
    sharedFails: () => shared.fails,
  });
  const context: PassContext = {
    cluster: clusterId,
    provider,
    kube,
    clock,
    log,
    observer,
    claims,
    defaults,
    events,
    services: watched.services,
    holders,
    asAsked: asAsked(),
    remarks: remarks({ log, events, nodeOf: watched.nodeOf }),
    shared,
    nodes: watched.nodes,
    nodeOf: watched.nodeOf,
    engaged: watched.engaged,
    queues,
    width,
    stop,
    kill: ending.kill,
  };

  const services = serviceWork(context);
  observer.begins({
    queues,
    services: () => tally([...watched.engaged].flatMap((key) => watched.services.get(key) ?? [])),
    sizes: () => ({
      ...provider.sizes?.(),
      asAsked: context.asAsked.size,
      engaged: watched.engaged.size,
      failing: queues.services.failing + queues.cluster.failing,
      holders: holders.size,
      worked: services.size,
      written: watched.services.size,
    }),
  });
  const work = async (): Promise<void> => {
    await watched.synced(stop);
    const stock = stockTaker(context, { interval: sweepInterval, orphans, unsettle: () => services.unsettle() });
    await stock.take();
    if (stop.aborted) return;
    observer.synced();
    log('info', 'controller works', { engaged: watched.engaged.size, nodes: watched.nodes().length });
    queues.cluster.add(clusterId);
    await Promise.all([
      queues.cluster.run(
        1,
        clusterWork(context, (key) => services.isSettled(key)),
        stop,
      ),
      queues.services.run(workers, services.work, stop),
      stock.sweep(),
    ]);
  };
  await ending.waitFor(Promise.all([watched.run(stop), work()]).then(() => events.drained()));
  log('info', 'controller stopped');
}

interface Endings {
  /** Nothing that writes is begun any more. */
  readonly stop: AbortSignal;
  /** What is under way ends. */
  readonly kill: AbortSignal;
  /** Resolves with the work, or when the time for it is over. */
  waitFor(work: Promise<void>): Promise<void>;
}

/** The graceful stop begins with the signal and turns hard by time; losing the lease is hard at once. */
function endings(clock: Clock, signal: AbortSignal, lease: AbortSignal | undefined): Endings {
  const stop = new AbortController();
  const kill = new AbortController();
  const over = Promise.withResolvers<void>();
  const cancels: (() => void)[] = [];
  const endNow = (): void => {
    const reason = new PorticoError('aborted', 'The controller may not write any more.');
    stop.abort(reason);
    kill.abort(reason);
    cancels.push(clock.after(lastMoment, over.resolve));
  };
  const end = (): void => {
    stop.abort(new PorticoError('aborted', 'The controller stops.'));
    cancels.push(clock.after(grace, endNow));
  };
  if (lease?.aborted) endNow();
  else if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  lease?.addEventListener('abort', endNow, { once: true });
  return {
    stop: stop.signal,
    kill: kill.signal,
    waitFor: async (work) => {
      try {
        await Promise.race([work, over.promise]);
      } finally {
        for (const cancel of cancels) cancel();
        signal.removeEventListener('abort', end);
        lease?.removeEventListener('abort', endNow);
      }
    },
  };
}
