import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { ControllerView, Observer } from '../controller/observer.ts';
import type { ElectionObserver } from '../kube/election.ts';
import type { Readiness } from './endpoint.ts';
import { type MetricRow, metricTable, wentWell } from './metric-table.ts';

/** One request to a cloud, as it ended: `ok`, or the code of what went wrong. */
export interface CloudCall {
  readonly method: string;
  readonly code: string;
  readonly milliseconds: number;
  /** How long the rate limit held it back before. */
  readonly heldBackMs: number;
}

export interface Metrics {
  readonly observer: Observer;
  readonly election: Pick<ElectionObserver, 'following' | 'leading' | 'lost'>;
  /** Whether this process does what it is there for: works with Services and Nodes known, or stands by. */
  readonly readiness: () => Readiness;
  readonly cloudCall: (call: CloudCall) => void;
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** A registry of its own, so that several controllers can run in one process. */
export function createMetrics(clock: Clock, elected: boolean): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  let role: Readiness['role'] = elected ? 'starting' : 'alone';
  let synced = false;
  let lastSuccess: number | null = null;
  let view: ControllerView | undefined;

  const of = ({ name, help, labels = {} }: MetricRow) => ({
    name,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  const counter = (row: MetricRow): Counter => new Counter(of(row));
  const histogram = (row: MetricRow): Histogram => new Histogram({ ...of(row), buckets: [...(row.buckets ?? [])] });
  /** `collect` tells the value whenever it is asked for. */
  const gauge = (row: MetricRow, collect?: (gauge: Gauge, now: ControllerView | undefined) => void): Gauge =>
    new Gauge({
      ...of(row),
      ...(collect && {
        collect() {
          collect(this, view);
        },
      }),
    });
  const lengths = (row: MetricRow, length: 'depth' | 'running' | 'delayed'): Gauge =>
    gauge(row, (self, now) => {
      for (const name of ['services', 'cluster'] as const) self.set({ name }, now?.queues[name][length] ?? 0);
    });

  const leader = gauge(metricTable.leader);
  const syncedGauge = gauge(metricTable.synced);
  const lastSuccessGauge = gauge(metricTable.lastSuccess);
  const timeToAddress = histogram(metricTable.timeToAddress);
  const passes = histogram(metricTable.passes);
  const stages = histogram(metricTable.stages);
  const steps = counter(metricTable.steps);
  const drift = counter(metricTable.drift);
  const orphans = gauge(metricTable.orphans);
  const nodes = gauge(metricTable.nodes);
  const adds = counter(metricTable.queueAdds);
  const retries = counter(metricTable.queueRetries);
  const waits = histogram(metricTable.queueWait);
  const works = histogram(metricTable.queueWork);
  const requests = histogram(metricTable.requests);
  const limited = histogram(metricTable.limited);
  const watchFailures = counter(metricTable.watchFailures);
  lengths(metricTable.queueDepth, 'depth');
  lengths(metricTable.queueRunning, 'running');
  lengths(metricTable.queueDelayed, 'delayed');
  gauge(metricTable.services, (self, now) => {
    self.reset();
    if (!now || !synced) return;
    const counts = now.services();
    for (const state of metricTable.services.labels.state) self.set({ state }, counts[state] ?? 0);
  });

  return {
    observer: {
      begins: (now) => {
        view = now;
      },
      synced: () => {
        synced = true;
        syncedGauge.set(1);
      },
      passFinished: ({ scope, result, ms, stages: parts, steps: counts }) => {
        const well = wentWell(result);
        passes.observe({ scope, result }, ms / 1000);
        for (const [stage, took] of Object.entries(parts)) {
          stages.observe({ scope, stage, result: well ? 'ok' : 'error' }, took / 1000);
        }
        for (const [outcome, count] of Object.entries(counts)) steps.inc({ scope, outcome }, count);
        if (!well) return;
        lastSuccess = clock.now();
        lastSuccessGauge.set({ scope }, lastSuccess / 1000);
      },
      queueOf: (name) => ({
        added: () => adds.inc({ name }),
        retried: () => retries.inc({ name }),
        started: (ms) => waits.observe({ name }, ms / 1000),
        finished: (ms) => works.observe({ name }, ms / 1000),
      }),
      addressed: (ms) => timeToAddress.observe(ms / 1000),
      drifted: (scope, answer, count) => drift.inc({ scope, answer }, count),
      orphans: (owners) => orphans.set(owners.length),
      nodes: (eligible) => nodes.set(eligible),
      watchFailed: (resource, code) => watchFailures.inc({ resource, code }),
    },
    election: {
      following: () => {
        role = 'standby';
      },
      leading: () => {
        role = 'leader';
        leader.set(1);
      },
      lost: () => {
        role = 'starting';
        synced = false;
        view = undefined;
        // What another process tells from now on.
        orphans.set(0);
        nodes.set(0);
        leader.set(0);
        syncedGauge.set(0);
      },
    },
    readiness: () => ({ ready: synced || role === 'standby', role, synced, lastSuccess }),
    cloudCall: ({ method, code, milliseconds, heldBackMs }) => {
      requests.observe({ method, code }, milliseconds / 1000);
      limited.observe(heldBackMs / 1000);
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
