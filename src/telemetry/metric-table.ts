import { driftAnswers, type PassFinished } from '../controller/observer.ts';
import { serviceStates } from '../controller/overview.ts';
import { errorCodes as codes } from '../errors.ts';

/** A metric as it is registered, documented, and checked against alerts and dashboards. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  /** Each label with the values it can have, so that the number of series is bounded; a text says what else bounds them. */
  readonly labels?: Readonly<Record<string, readonly string[] | string>>;
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

const fine = ['unchanged', 'converged', 'cleaned', 'ignored'] as const satisfies readonly PassFinished['result'][];

/** Whether a pass that ended so has nothing left to do. */
export const wentWell = (result: PassFinished['result']): boolean => (fine as readonly string[]).includes(result);

const scopes = ['service', 'cluster'];
const queues = ['services', 'cluster'];
const stages = ['wait', 'observe', 'plan', 'claim', 'apply', 'verify', 'status'];
const durations = [0.005, 0.05, 0.25, 1, 5, 15, 60, 300];
const waits = [0.001, 0.01, 0.1, 1, 10, 60, 600];

export const metricTable = {
  leader: { kind: 'gauge', name: 'portico_leader', help: '1 while this process holds the Lease.' },
  synced: { kind: 'gauge', name: 'portico_synced', help: '1 once Services and Nodes are known.' },
  lastSuccess: {
    kind: 'gauge',
    name: 'portico_last_success_timestamp_seconds',
    help: 'When a pass last ended with nothing left to do, in seconds since the epoch; absent until then.',
    labels: { scope: scopes },
  },
  services: {
    kind: 'gauge',
    name: 'portico_services',
    help: 'Services that Portico serves or cleans up, by the reason of their condition. Told by the leader alone.',
    labels: { state: serviceStates },
  },
  timeToAddress: {
    kind: 'histogram',
    name: 'portico_time_to_address_seconds',
    help: 'From the moment a Service without an address was seen to the moment its address was written.',
    buckets: [1, 2.5, 5, 10, 20, 40, 60, 120, 300, 1800],
  },
  passes: {
    kind: 'histogram',
    name: 'portico_reconcile_duration_seconds',
    help: 'Duration of one pass over one key. The result is how it ended, or the code of what went wrong.',
    labels: { scope: scopes, result: [...fine, ...codes] },
    buckets: durations,
  },
  stages: {
    kind: 'histogram',
    name: 'portico_reconcile_stage_duration_seconds',
    help: 'Duration of the stages of a pass, by whether the pass went well.',
    labels: { scope: scopes, stage: stages, result: ['ok', 'error'] },
    buckets: durations,
  },
  steps: {
    kind: 'counter',
    name: 'portico_plan_steps_total',
    help: 'Steps of plans, by how they ended.',
    labels: { scope: scopes, outcome: ['done', 'failed', 'skipped', 'withheld'] },
  },
  drift: {
    kind: 'counter',
    name: 'portico_drift_steps_total',
    help: 'Steps that became necessary although nothing was asked anew: something was changed in the cloud from outside. By what was done about it.',
    labels: { scope: scopes, answer: driftAnswers },
  },
  orphans: {
    kind: 'gauge',
    name: 'portico_orphaned_owners',
    help: 'Services that are gone and still hold something in the cloud, counted at start and at each sweep.',
  },
  nodes: { kind: 'gauge', name: 'portico_nodes_eligible', help: 'Nodes that may carry traffic.' },
  queueDepth: {
    kind: 'gauge',
    name: 'workqueue_depth',
    help: 'Keys that may be worked on now and wait for a worker.',
    labels: { name: queues },
  },
  queueRunning: {
    kind: 'gauge',
    name: 'workqueue_running',
    help: 'Keys that are worked on now.',
    labels: { name: queues },
  },
  queueDelayed: {
    kind: 'gauge',
    name: 'workqueue_delayed',
    help: 'Keys that wait for a time, most of them to be tried again.',
    labels: { name: queues },
  },
  queueAdds: {
    kind: 'counter',
    name: 'workqueue_adds_total',
    help: 'Keys that became due; adding one that is due already does not count.',
    labels: { name: queues },
  },
  queueRetries: {
    kind: 'counter',
    name: 'workqueue_retries_total',
    help: 'Keys that were put back after a failure, with backoff.',
    labels: { name: queues },
  },
  queueWait: {
    kind: 'histogram',
    name: 'workqueue_queue_duration_seconds',
    help: 'How long keys that were due waited for a worker.',
    labels: { name: queues },
    buckets: waits,
  },
  queueWork: {
    kind: 'histogram',
    name: 'workqueue_work_duration_seconds',
    help: 'How long keys were worked on.',
    labels: { name: queues },
    buckets: durations,
  },
  requests: {
    kind: 'histogram',
    name: 'portico_cloud_request_duration_seconds',
    help: 'Requests to the cloud, by API method and code: `throttled` where it asked for fewer, `quota` where it refused for quota.',
    labels: { method: 'the methods of the API that the adapter calls', code: ['ok', ...codes] },
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120],
  },
  limited: {
    kind: 'histogram',
    name: 'portico_cloud_limiter_wait_seconds',
    help: 'How long requests to the cloud were held back by our own rate limit, which throttled answers narrow.',
    buckets: waits,
  },
  watchFailures: {
    kind: 'counter',
    name: 'portico_watch_failures_total',
    help: 'Lists and watches of the API server that failed and were begun again.',
    labels: { resource: ['services', 'nodes'], code: codes },
  },
} as const satisfies Record<string, MetricRow>;
