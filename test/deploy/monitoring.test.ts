import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type MetricRow, metricTable } from '../../src/telemetry/metric-table.ts';
import { kubectlInstalled } from '../e2e/kubectl-client.ts';
import { program } from '../e2e/portico-process.ts';
import { namedIn } from './promql.ts';

const folder = join(import.meta.dirname, '../../deploy/monitoring');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const rules = (parse(read('prometheus-rule.yaml')) as { spec: { groups: { rules: Rule[] }[] } }).spec.groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(read('dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: unknown }[] };
};

/** What Prometheus and the cluster put on every series. */
const always = ['job', 'instance', 'namespace', 'pod'];

const defaults = new Registry();
collectDefaultMetrics({ register: defaults });
const libraryMetrics = new Set(defaults.getMetricsAsArray().map(({ name }) => name));
defaults.clear();

/** The labels of a series and the values they can have; undefined where no such series is made. */
function series(name: string): Readonly<Record<string, readonly string[] | string>> | undefined {
  if (libraryMetrics.has(name)) return {};
  for (const row of Object.values<MetricRow>(metricTable)) {
    const parts = row.kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    const part = parts.find((end) => name === row.name + end);
    if (part !== undefined)
      return { ...row.labels, ...(part === '_bucket' ? { le: 'the bounds of the buckets' } : {}) };
  }
  return undefined;
}

/** Everything in the expression that no series of ours has. */
function strangers(expression: string, alsoNamed: readonly string[] = []): string[] {
  const { metrics, groupings } = namedIn(expression);
  const wrong = metrics.flatMap(({ name, matchers }) => {
    const labels = series(name);
    if (!labels) return [`no metric ${name}`];
    return matchers.flatMap(({ label, op, value }) => {
      if (always.includes(label)) return [];
      const values = labels[label];
      if (values === undefined) return [`no label ${label} of ${name}`];
      const named = op.includes('~') ? value.split('|') : [value];
      return typeof values === 'string'
        ? []
        : named.filter((each) => !values.includes(each)).map((each) => `no ${label} ${each} of ${name}`);
    });
  });
  const known = [...always, ...metrics.flatMap(({ name }) => Object.keys(series(name) ?? {}))];
  const absent = [...groupings, ...alsoNamed].filter((label) => !known.includes(label));
  return [...wrong, ...absent.map((label) => `no label ${label}`)];
}

describe('the check itself', () => {
  it.each([
    ['sum(portico_servces)', 'no metric portico_servces'],
    ['sum(portico_time_to_address_seconds)', 'no metric portico_time_to_address_seconds'],
    ['portico_services{sate="Programmed"}', 'no label sate of portico_services'],
    ['portico_services{state=~"Programmed|Progammed"}', 'no state Progammed of portico_services'],
    ['sum by (code) (portico_services)', 'no label code'],
  ])('finds what is wrong with %s', (expression, why) => {
    expect(strangers(expression)).toEqual([why]);
  });

  it.each([
    ['sum(portico_services', 'stays open'],
    ['sum portico_services', 'sum without arguments'],
    ['portico_services{state}', 'no matcher'],
    ['portico_services{state="Programmed"', '{ without }'],
    ['rate(portico_services[5m)', ') in rate'],
    ['a # b', 'no PromQL from 2'],
  ])('refuses %s', (expression, why) => {
    expect(() => namedIn(expression)).toThrow(why);
  });
});

describe('alerts', () => {
  it('each have a name of their own, and there are some', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(10);
  });

  it.each(rules)('$alert names metrics and labels that there are', ({ expr, labels, annotations }) => {
    const told = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
    expect(strangers(expr, told)).toEqual([]);
    // What the summary tells has to be left when the series are summed up.
    expect(told.filter((label) => !namedIn(expr).groupings.includes(label))).toEqual([]);
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
  });
});

describe('the dashboard', () => {
  const charts = dashboard.panels.filter(({ targets }) => targets !== undefined);

  it.each(charts)('$title shows metrics and labels that there are', ({ targets = [] }) => {
    expect(targets.length).toBeGreaterThan(0);
    for (const { expr, legendFormat = '' } of targets) {
      const told = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      expect(strangers(expr, told)).toEqual([]);
    }
  });

  it('shows every metric of ours', () => {
    const shown = new Set(
      charts.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) => namedIn(expr).metrics.map(({ name }) => name)),
      ),
    );
    const missing = Object.values<MetricRow>(metricTable).filter(
      ({ name }) => ![...shown].some((each) => each.startsWith(name)),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('has panels that lie beside each other', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x},${y}`)).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

it.skipIf(!kubectlInstalled)('kubectl puts all of it together', async () => {
  const made = parseAllDocuments((await program('kubectl', ['kustomize', folder])) ?? '').map(
    (document) => document.toJS() as { kind: string; data?: Record<string, string>; metadata: { namespace: string } },
  );
  expect(made.map(({ kind }) => kind).toSorted()).toEqual(['ConfigMap', 'PrometheusRule', 'ServiceMonitor']);
  expect(new Set(made.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['portico-system']));
  expect(made.find(({ data }) => data)?.data).toEqual({ 'dashboard.json': read('dashboard.json') });
});
