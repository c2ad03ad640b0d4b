import type { Clock } from '../clock.ts';
import { asPorticoError, type PorticoError } from '../errors.ts';
import type { KubeApi } from '../kube/api.ts';
import type { NodeTarget } from '../model/intent.ts';
import type { Node } from '../model/node.ts';
import type { Options } from '../model/options.ts';
import type { Provider } from '../provider.ts';
import type { ClassRule } from './decide.ts';
import type { AsAsked } from './drift.ts';
import type { EventRecorder } from './events.ts';
import type { Holders } from './holders.ts';
import type { Remarks } from './notices.ts';
import type { Log, Observer, PassFinished, Stage } from './observer.ts';
import type { WorkQueue } from './queue.ts';
import { retryAfter } from './retry.ts';
import type { Service } from '../model/service.ts';
import type { ServiceCache } from './service-cache.ts';
import type { SharedGraph } from './shared.ts';
import type { Engaged } from './watches.ts';

/** One queue of Services by key; one that only ever holds the id of the cluster. */
export interface Queues {
  readonly services: WorkQueue;
  readonly cluster: WorkQueue;
}

/** What every pass works with. */
export interface PassContext {
  readonly cluster: string;
  readonly provider: Provider;
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: Observer;
  readonly claims: ClassRule;
  /** What is meant where a Service does not say. */
  readonly defaults: Options;
  readonly events: EventRecorder;
  readonly services: ServiceCache;
  readonly holders: Holders;
  readonly asAsked: AsAsked;
  /** What the cloud has to say about the nodes as they are. */
  readonly remarks: Remarks;
  readonly shared: SharedGraph;
  /** Nodes that may carry traffic now, sorted by name. */
  readonly nodes: () => readonly NodeTarget[];
  /** The node with this `spec.providerID`. */
  readonly nodeOf: (providerId: string) => Node | undefined;
  readonly engaged: Engaged;
  /** Whether a pass only looks whether the cloud is still as the last one left it: nothing was asked since. */
  readonly unasked?: boolean;
  readonly queues: Queues;
  /** How many steps of one plan may run at once. */
  readonly width: number;
  /** Once aborted, nothing that writes is begun. */
  readonly stop: AbortSignal;
  /** Once aborted, calls that are under way end too. */
  readonly kill: AbortSignal;
}

/** How a pass ended. */
export interface Outcome {
  readonly result: PassFinished['result'];
  readonly error?: PorticoError;
  readonly steps: PassFinished['steps'];
  /** Milliseconds after which the key is looked at again though all went well. */
  readonly lookAgainMs?: number | undefined;
  /** The Service as the pass left it, though perhaps with newer wishes, and the surroundings that the pass went by. */
  readonly basis?: { readonly left: Service; readonly around: string };
}

export const noSteps: PassFinished['steps'] = { done: 0, failed: 0, skipped: 0, withheld: 0 };

/** What of the cluster decides about a Service besides itself, as one text. */
export const surroundings = ({ provider, shared, nodes }: PassContext): string =>
  JSON.stringify([
    shared.zones ?? null,
    shared.members !== 0,
    provider.capabilities.nodesPerService ? nodes() : nodes().length > 0,
  ]);

/** A pass whose defects stay its own: what it throws is its outcome. */
export async function contained(pass: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await pass();
  } catch (error) {
    const failure = asPorticoError(error);
    return { result: failure.code, error: failure, steps: noSteps };
  }
}

/** The context of one pass: every line that it logs says whose it is, and which of all the passes of this process. */
export const contextOf = (
  context: PassContext,
  about: Readonly<Record<string, unknown>> & { readonly reconcile: number },
  unasked = false,
): PassContext => ({
  ...context,
  unasked,
  log: (level, message, fields) => context.log(level, message, { ...about, ...fields }),
});

/**
 * Queues the key again if its outcome asks for it, and tells wiring and log how the pass ended. Gives the delay after a
 * failure, in milliseconds, or null when only a change brings the key back.
 */
export function finish(
  scope: PassFinished['scope'],
  key: string,
  { result, error, steps, lookAgainMs }: Outcome,
  watch: Stopwatch,
  { queues, observer, log, stop }: PassContext,
): number | null {
  const queue = scope === 'service' ? queues.services : queues.cluster;
  const retryInMs = stop.aborted ? null : retryAfter(queue, key, error);
  if (!error && lookAgainMs !== undefined && !stop.aborted) queue.addAfter(key, lookAgainMs);
  const ms = watch.total();
  observer.passFinished({ scope, key, result, ms, stages: watch.stages, steps, retryInMs });
  const fields = { result, ms: Math.round(ms), steps };
  if (error && result !== 'aborted' && result !== 'stale') {
    log('warn', 'pass failed', { ...fields, why: error.message, retryInMs: retryInMs && Math.round(retryInMs) });
  } else log(steps.done > 0 ? 'info' : 'debug', 'pass done', fields);
  return retryInMs;
}

/** Measures a pass and its stages, in milliseconds. */
export interface Stopwatch {
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
  total(): number;
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
}

export function stopwatch(clock: Clock): Stopwatch {
  const stages: Partial<Record<Stage, number>> = {};
  const start = clock.monotonic();
  return {
    stages,
    total: () => clock.monotonic() - start,
    time: async (stage, work) => {
      const begin = clock.monotonic();
      try {
        return await work();
      } finally {
        stages[stage] = (stages[stage] ?? 0) + clock.monotonic() - begin;
      }
    },
  };
}
