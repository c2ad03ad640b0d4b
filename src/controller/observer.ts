import type { ErrorCode } from '../errors.ts';
import type { Owner } from '../model/owner.ts';
import { noQueueObserver, type QueueObserver, type WorkQueue } from './queue.ts';

/** Writes one line of the log. `message` is constant text; what varies goes into `fields`. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** The parts of a pass, in their order. */
export type Stage = 'wait' | 'observe' | 'plan' | 'claim' | 'apply' | 'verify' | 'status';

/** One pass over one key, as it ended. Times in milliseconds. */
export interface PassFinished {
  readonly scope: 'service' | 'cluster';
  /** `namespace/name`; the cluster's id for the shared graph. */
  readonly key: string;
  /**
   * `unchanged`: nothing had changed since the last pass, nothing was looked at. `converged`: all is as wanted. `cleaned`:
   * all that was owned is gone. `ignored`: not ours. Else the code of what went wrong.
   */
  readonly result: 'unchanged' | 'converged' | 'cleaned' | 'ignored' | ErrorCode;
  readonly ms: number;
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
  readonly steps: {
    readonly done: number;
    readonly failed: number;
    readonly skipped: number;
    readonly withheld: number;
  };
  /** When it is tried again; null when it waits for a change. */
  readonly retryInMs: number | null;
}

/** What one controller is like, whenever somebody looks. */
export interface ControllerView {
  readonly queues: Readonly<Record<QueueName, Pick<WorkQueue, 'depth' | 'running' | 'delayed'>>>;
  /** How many Services that are ours are in which state. */
  services(): Readonly<Record<string, number>>;
  /**
   * How many entries are remembered because of Services, by what they are about: none when there are no Services. What has a
   * bound of its own, or goes by time, is left out.
   */
  sizes(): Readonly<Record<string, number>>;
}

export type QueueName = 'services' | 'cluster';

export const driftAnswers = ['repaired', 'reported'] as const;
export type DriftAnswer = (typeof driftAnswers)[number];

/** How wiring learns what happens, for metrics and health. Calls must be quick and must not throw. */
export interface Observer {
  /** A controller begins, and can be looked at from now on. */
  begins(view: ControllerView): void;
  /** Services and Nodes are known; work begins. */
  synced(): void;
  passFinished(pass: PassFinished): void;
  /** Who is told what happens to the keys of a queue. */
  queueOf(name: QueueName): QueueObserver;
  /** A Service got its first address, this many milliseconds after it was first seen without. */
  addressed(ms: number): void;
  /**
   * So many steps became necessary though nothing was asked anew since the last pass that left nothing to do. They were done,
   * or the policy is to report alone: then each difference is counted when it is first seen.
   */
  drifted(scope: PassFinished['scope'], answer: DriftAnswer, steps: number): void;
  /** Owners in the cloud whose Service does not exist, at start and at each sweep. */
  orphans(owners: readonly Owner[]): void;
  /** Eligible nodes, whenever the shared graph is looked at. */
  nodes(eligible: number): void;
  /** A list or watch of the API server failed, and goes on. */
  watchFailed(resource: 'services' | 'nodes', code: ErrorCode): void;
}

export const noObserver: Observer = {
  begins: () => undefined,
  synced: () => undefined,
  passFinished: () => undefined,
  queueOf: () => noQueueObserver,
  addressed: () => undefined,
  drifted: () => undefined,
  orphans: () => undefined,
  nodes: () => undefined,
  watchFailed: () => undefined,
};
