import { words } from './fields.ts';
import { ApiError } from './api-error.ts';
import type { Document } from './json.ts';
import { type Scope, scopePath } from './links.ts';

export interface QuotaOptions {
  /** Metric (`STATIC_ADDRESSES`) to limit, per region for regional kinds and per project for global ones. */
  readonly limits?: Readonly<Record<string, number>>;
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
  readonly check: (metrics: readonly string[], scope: Scope) => void;
  readonly count: (metrics: readonly string[], scope: Scope, by: 1 | -1) => void;
  readonly show: (scope: Scope) => readonly Document[];
}

export function createQuotas({ limits = {} }: QuotaOptions, regionOf: (scope: Scope) => string | undefined): Quotas {
  const used = new Map<string, number>();
  const place = (metric: string, scope: Scope) => {
    const region = regionMetrics.includes(metric) ? regionOf(scope) : undefined;
    return region === undefined ? 'global' : `regions/${region}`;
  };
  const limitOf = (metric: string) => limits[metric] ?? defaultLimit;
  return {
    check: (metrics, scope) => {
      for (const metric of metrics) {
        const at = place(metric, scope);
        if ((used.get(`${at} ${metric}`) ?? 0) < limitOf(metric)) continue;
        const where = at === 'global' ? 'globally' : `in region ${at.slice('regions/'.length)}`;
        const message = `Quota '${metric}' exceeded.  Limit: ${limitOf(metric).toFixed(1)} ${where}.`;
        throw new ApiError(403, 'quotaExceeded', message);
      }
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
