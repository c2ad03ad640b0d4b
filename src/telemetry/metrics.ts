import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer } from '../controller/observer.ts';
import type { ElectionObserver } from '../kube/election.ts';

/** One request to a cloud, as it ended: `ok`, or the code of what went wrong. */
export interface CloudCall {
  readonly method: string;
  readonly code: string;
  readonly milliseconds: number;
}

export interface Metrics {
  readonly observer: Observer;
  readonly election: Pick<ElectionObserver, 'following' | 'leading' | 'lost'>;
  /** Whether this process does what it is there for: works with Services and Nodes known, or stands by. */
  readonly isReady: () => boolean;
  readonly cloudCall: (call: CloudCall) => void;
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** A registry of its own, so that several controllers can run in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const passes = new Histogram({
    name: 'portico_reconcile_duration_seconds',
    help: 'Duration of one pass over one key, by scope and result.',
    labelNames: ['scope', 'result'],
    buckets: [0.005, 0.05, 0.25, 1, 5, 15, 60, 300],
    registers,
  });
  const stages = new Histogram({
    name: 'portico_reconcile_stage_duration_seconds',
    help: 'Duration of the stages of a pass.',
    labelNames: ['scope', 'stage'],
    buckets: [0.005, 0.05, 0.25, 1, 5, 15, 60, 300],
    registers,
  });
  const steps = new Counter({
    name: 'portico_plan_steps_total',
    help: 'Steps of plans, by how they ended: done, failed, skipped, withheld.',
    labelNames: ['scope', 'outcome'],
    registers,
  });
  const queue = new Gauge({
    name: 'portico_queue_keys',
    help: 'Keys of the queue: waiting, running, delayed.',
    labelNames: ['state'],
    registers,
  });
  const orphans = new Gauge({
    name: 'portico_orphaned_owners',
    help: 'Owners that hold something in the cloud and whose Service does not exist.',
    registers,
  });
  const nodes = new Gauge({ name: 'portico_nodes_eligible', help: 'Nodes that may carry traffic.', registers });
  const synced = new Gauge({ name: 'portico_synced', help: '1 once Services and Nodes are known.', registers });
  const watchFailures = new Counter({
    name: 'portico_watch_failures_total',
    help: 'Lists and watches of the API server that failed and were begun again.',
    labelNames: ['resource', 'code'],
    registers,
  });
  const requests = new Histogram({
    name: 'portico_cloud_request_duration_seconds',
    help: 'Requests to the cloud, by API method and code.',
    labelNames: ['method', 'code'],
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120],
    registers,
  });

  const leader = new Gauge({ name: 'portico_leader', help: '1 while this process holds the Lease.', registers });

  let begun = false;
  let standby = false;

  return {
    observer: {
      synced: () => {
        begun = true;
        synced.set(1);
      },
      passFinished: (pass) => {
        passes.observe({ scope: pass.scope, result: pass.result }, pass.ms / 1000);
        for (const [stage, ms] of Object.entries(pass.stages)) stages.observe({ scope: pass.scope, stage }, ms / 1000);
        for (const [outcome, count] of Object.entries(pass.steps)) steps.inc({ scope: pass.scope, outcome }, count);
      },
      queue: ({ depth, running, delayed }) => {
        queue.set({ state: 'waiting' }, depth);
        queue.set({ state: 'running' }, running);
        queue.set({ state: 'delayed' }, delayed);
      },
      orphans: (owners) => {
        orphans.set(owners.length);
      },
      nodes: (eligible) => {
        nodes.set(eligible);
      },
      watchFailed: (resource, code) => {
        watchFailures.inc({ resource, code });
      },
    },
    election: {
      following: () => {
        standby = true;
      },
      leading: () => {
        standby = false;
        leader.set(1);
      },
      lost: () => {
        begun = false;
        leader.set(0);
      },
    },
    isReady: () => begun || standby,
    cloudCall: ({ method, code, milliseconds }) => {
      requests.observe({ method, code }, milliseconds / 1000);
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
