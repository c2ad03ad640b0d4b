import { ApiError } from './api-error.ts';
import type { CallClass } from './call-log.ts';

export interface RateLimitOptions {
  /** Calls a minute of each class; absent = unlimited. The real service starts at 1500 for each. */
  readonly perMinute: Partial<Readonly<Record<CallClass, number>>>;
  /** Calls that may come at once; default one second's worth, at least 1. */
  readonly burst?: number;
  /** What a refusal looks like: 403 rateLimitExceeded (default) or 429. */
  readonly status?: 403 | 429;
}

export interface RateLimits {
  /** Throws when the class's bucket is empty. */
  readonly take: (callClass: CallClass) => void;
}

/** One token bucket a class. https://cloud.google.com/compute/api-quota */
export function createRateLimits(options: RateLimitOptions | undefined, ticks: () => number): RateLimits {
  const buckets = new Map<CallClass, { tokens: number; at: number }>();
  return {
    take: (callClass) => {
      const perMinute = options?.perMinute[callClass];
      if (options === undefined || perMinute === undefined) return;
      const most = options.burst ?? Math.max(1, perMinute / 60);
      const now = ticks();
      const bucket = buckets.get(callClass) ?? { tokens: most, at: now };
      const tokens = Math.min(most, bucket.tokens + ((now - bucket.at) * perMinute) / 60_000);
      buckets.set(callClass, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
      if (tokens >= 1) return;
      const metric =
        callClass === 'mutation' ? 'Queries' : callClass === 'read' ? 'Read requests' : 'Operation read requests';
      const message = `Quota exceeded for quota metric '${metric}' and limit '${metric} per minute' of service 'compute.googleapis.com' for consumer 'project_number:123456789012'.`;
      throw new ApiError(options.status ?? 403, 'rateLimitExceeded', message);
    },
  };
}
