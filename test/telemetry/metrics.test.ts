import { afterEach, describe, expect, it } from 'vitest';
import { metricTable, type MetricRow } from '../../src/telemetry/metric-table.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { type Life, type Simulation, simulate } from '../controller/simulation.ts';
import { virtualClock } from '../virtual-clock.ts';

const rows: readonly MetricRow[] = Object.values(metricTable);

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of Prometheus' text format. */
function samplesOf(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return {
        name,
        labels: Object.fromEntries(
          [...labels.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key = '', text_ = '']) => [key, text_]),
        ),
        value: Number(value),
      };
    });
}

let world: Simulation | undefined;
afterEach(() => {
  world?.close();
  world = undefined;
});

interface Watched {
  readonly world: Simulation;
  readonly life: Life;
  readonly metrics: Metrics;
  /** The value of a series; undefined when there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => Promise<number | undefined>;
}

function watched(workers = 4): Watched {
  const made = (world = simulate({ latencyMs: 1000 }));
  const metrics = createMetrics(made.clock, false);
  return {
    world: made,
    metrics,
    life: made.begin({ observer: metrics.observer, workers }),
    value: async (name, labels = {}) =>
      samplesOf((await metrics.render()).text).find(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      )?.value,
  };
}

describe('metrics of a controller that works', () => {
  it('tell Services by state, the time to an address, and the queue', async () => {
    const { world: around, value } = watched();
    await around.addNode('n1', 'zone-a');
    await around.apply({ name: 'web' });
    await around.apply({ name: 'bad', annotations: { 'portico.dev/schem': 'internal' } });
    await around.address('web');
    await around.clock.advance(5000);
    expect(await value('portico_services', { state: 'Programmed' })).toBe(1);
    expect(await value('portico_services', { state: 'InvalidRequest' })).toBe(1);
    expect(await value('portico_services', { state: 'Deleting' })).toBe(0);
    expect(await value('portico_time_to_address_seconds_count')).toBe(1);
    // Three operations of a second each stand one behind the other.
    expect(await value('portico_time_to_address_seconds_sum')).toBeGreaterThanOrEqual(3);
    expect(await value('portico_time_to_address_seconds_sum')).toBeLessThan(6);
    expect(await value('workqueue_depth', { name: 'services' })).toBe(0);
    expect(await value('workqueue_adds_total', { name: 'services' })).toBeGreaterThanOrEqual(2);
    expect(await value('portico_last_success_timestamp_seconds', { scope: 'service' })).toBeGreaterThan(0);

    await around.remove('web');
    await around.gone('web');
    expect(await value('portico_services', { state: 'Programmed' })).toBe(0);
  });

  it('count a Service once towards its first address, however often it is looked at', async () => {
    const { world: around, value } = watched();
    await around.addNode('n1', 'zone-a');
    await around.apply({ name: 'web' });
    await around.address('web');
    await around.merge('web', { spec: { ports: [{ port: 81 }] } });
    await around.clock.advance(1_300_000);
    expect(await value('portico_time_to_address_seconds_count')).toBe(1);
  });

  it('count what was changed from outside as drift, and nothing else', async () => {
    const { world: around, value } = watched();
    await around.addNode('n1', 'zone-a');
    await around.apply({ name: 'web' });
    await around.address('web');
    await around.merge('web', { spec: { ports: [{ port: 81 }] } });
    await around.clock.advance(1_300_000);
    expect(await value('portico_drift_steps_total', { scope: 'service' })).toBeUndefined();
    expect(await value('portico_drift_steps_total', { scope: 'cluster' })).toBeUndefined();

    const victim = [...around.cloud.records.keys()].find((id) => id.startsWith('forwarding-rule/'));
    if (victim === undefined) throw new Error('There is no forwarding rule to delete.');
    around.cloud.lose(victim);
    await around.clock.advance(1_300_000);
    expect(await value('portico_drift_steps_total', { scope: 'service' })).toBe(1);
    expect(around.cloud.records.has(victim)).toBe(true);
  });

  it('tell how long keys wait when there are too few workers, and for how many', async () => {
    const { world: around, value } = watched(1);
    await around.addNode('n1', 'zone-a');
    for (const name of ['a', 'b', 'c']) await around.apply({ name });
    await around.clock.advance(1500);
    expect(await value('workqueue_running', { name: 'services' })).toBe(1);
    expect(await value('workqueue_depth', { name: 'services' })).toBe(2);
    for (const name of ['a', 'b', 'c']) await around.address(name);
    expect(await value('workqueue_queue_duration_seconds_sum', { name: 'services' })).toBeGreaterThan(6);
  });

  it('have no series but those of the table, and no value of a label that the table does not name', async () => {
    const { world: around, metrics } = watched();
    metrics.cloudCall({ method: 'addresses.insert', code: 'quota', milliseconds: 10, heldBackMs: 0 });
    metrics.observer.watchFailed('services', 'unreachable');
    await around.addNode('n1', 'zone-a');
    for (let n = 0; n < 30; n += 1) await around.apply({ name: `web-${n}` });
    await around.apply({ name: 'bad', annotations: { 'portico.dev/schem': 'internal' } });
    await around.address('web-29');
    await around.clock.advance(700_000);
    const own = samplesOf((await metrics.render()).text).filter(({ name }) => /^(portico|workqueue)_/.test(name));
    expect(own.length).toBeGreaterThan(100);
    for (const { name, labels } of own) {
      const row = rows.find((each) => name === each.name || name.replace(/_(bucket|sum|count)$/, '') === each.name);
      if (!row) throw new Error(`${name} is not in the table`);
      for (const [label, value] of Object.entries(labels)) {
        if (label === 'le') continue;
        const known = row.labels?.[label];
        if (known === undefined) throw new Error(`${name} has the label ${label}, which is not in the table`);
        if (typeof known !== 'string') expect(known).toContain(value);
      }
    }
  });
});

describe('a process that lost the Lease', () => {
  it('tells no more what only the one that works knows', async () => {
    const { observer, election, render } = createMetrics(virtualClock(), true);
    election.leading();
    observer.nodes(3);
    observer.orphans([{ kind: 'service', cluster: 'c', namespace: 'default', name: 'gone', uid: 'u' }]);
    election.lost('renewal failed');
    const samples = samplesOf((await render()).text);
    const value = (name: string): number | undefined => samples.find((each) => each.name === name)?.value;
    expect([value('portico_nodes_eligible'), value('portico_orphaned_owners'), value('portico_leader')]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('readiness', () => {
  it('follows Lease and caches', () => {
    const clock = virtualClock();
    const { readiness, election, observer } = createMetrics(clock, true);
    expect(readiness()).toEqual({ ready: false, role: 'starting', synced: false, lastSuccess: null });
    election.following('another');
    expect(readiness()).toMatchObject({ ready: true, role: 'standby' });
    election.leading();
    expect(readiness()).toMatchObject({ ready: false, role: 'leader' });
    observer.synced();
    expect(readiness()).toMatchObject({ ready: true, role: 'leader', synced: true });
    election.lost('renewal failed');
    expect(readiness()).toMatchObject({ ready: false, role: 'starting', synced: false });
  });
});
