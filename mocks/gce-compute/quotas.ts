import { words } from './fields.ts';
import type { Document } from './json.ts';
import { type Scope, scopePath } from './links.ts';

export interface QuotaOptions {
  /** Metric (`STATIC_ADDRESSES`) to limit, per region for regional kinds and per project for global ones. */
  readonly limits?: Readonly<Record<string, number>>;
  /**
   * Where an insert over the limit is refused: the call with 403 quotaExceeded (default), or its operation with
   * QUOTA_EXCEEDED. The service does both, by kind and load; clients must understand both.
   */
  readonly refusal?: 'call' | 'operation';
}

/** The limit that one more resource would be over. */
export interface QuotaRefusal {
  readonly message: string;
  /** https://cloud.google.com/compute/docs/reference/rest/v1/globalOperations: error.errors[].errorDetails[].quotaInfo */
  readonly quotaInfo: Document;
}

/** Metrics that belong to the project as a whole, as `projects.get` lists them. */
const projectMetrics: readonly string[] = words(`
    FIREWALLS HEALTH_CHECKS NETWORKS SUBNETWORKS TARGET_POOLS GLOBAL_FORWARDING_RULES BACKEND_SERVICES
    INTERNAL_BACKEND_SERVICES
  `);
const regionMetrics: readonly string[] = words(`
    STATIC_ADDRESSES INTERNAL_ADDRESSES STATIC_EXTERNAL_IPV6_ADDRESS_RANGES FORWARDING_RULES
    INTERNAL_FORWARDING_RULES INSTANCE_GROUPS INSTANCES NETWORK_ENDPOINT_GROUPS
  `);

/** Roomy, unlike a new project's: tests that are about quotas set their own. */
const defaultLimit = 100_000;

export interface Quotas {
  readonly refusedBy: 'call' | 'operation';
  readonly check: (metrics: readonly string[], scope: Scope) => QuotaRefusal | undefined;
  readonly count: (metrics: readonly string[], scope: Scope, by: 1 | -1) => void;
  readonly show: (scope: Scope) => readonly Document[];
}

export function createQuotas(
  { limits = {}, refusal = 'call' }: QuotaOptions,
  regionOf: (scope: Scope) => string | undefined,
): Quotas {
  const used = new Map<string, number>();
  const place = (metric: string, scope: Scope) => {
    const region = regionMetrics.includes(metric) ? regionOf(scope) : undefined;
    return region === undefined ? 'global' : `regions/${region}`;
  };
  const limitOf = (metric: string) => limits[metric] ?? defaultLimit;
  return {
    refusedBy: refusal,
    check: (metrics, scope) => {
      for (const metric of metrics) {
        const at = place(metric, scope);
        if ((used.get(`${at} ${metric}`) ?? 0) < limitOf(metric)) continue;
        const region = at === 'global' ? undefined : at.slice('regions/'.length);
        const limit = limitOf(metric);
        const where = region === undefined ? 'globally' : `in region ${region}`;
        return {
          message: `Quota '${metric}' exceeded.  Limit: ${limit.toFixed(1)} ${where}.`,
          quotaInfo: {
            metricName: `compute.googleapis.com/${metric.toLowerCase()}`,
            limitName: `${metric.replaceAll('_', '-')}-per-project${region === undefined ? '' : '-region'}`,
            limit,
            dimensions: region === undefined ? { global: 'global' } : { region },
          },
        };
      }
      return undefined;
    },
    count: (metrics, scope, by) => {
      for (const metric of metrics) {
        const key = `${place(metric, scope)} ${metric}`;
        used.set(key, (used.get(key) ?? 0) + by);
      }
    },
    show: (scope) =>
      (scope.type === 'global' ? projectMetrics : regionMetrics).map((metric) => ({
        metric,
        limit: limitOf(metric),
        usage: used.get(`${scopePath(scope)} ${metric}`) ?? 0,
      })),
  };
}
