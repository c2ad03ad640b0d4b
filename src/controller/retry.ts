import { errorRules, type PorticoError, type Retry } from '../errors.ts';
import type { Pace, WorkQueue } from './queue.ts';

/** Milliseconds. Kubernetes' own controllers wait 5 s to 5 min; here the first try again comes sooner. */
export const paces: Readonly<Record<Exclude<Retry, 'change' | 'never'>, Pace>> = {
  soon: { first: 100, longest: 60_000 },
  backoff: { first: 1000, longest: 300_000 },
  slow: { first: 60_000, longest: 600_000 },
};

/**
 * Has the key come again as its error demands, and gives the delay in milliseconds, or null when only a change brings it
 * back. Where the other side said when to come, that is when, and it does not count as a failure.
 */
export function retryAfter(queue: WorkQueue, key: string, error: PorticoError | undefined): number | null {
  if (!error) {
    queue.forget(key);
    return null;
  }
  const { retry } = errorRules[error.code];
  if (retry !== 'never' && error.retryAfterMs !== undefined) {
    queue.addAfter(key, error.retryAfterMs);
    return error.retryAfterMs;
  }
  if (retry === 'change' || retry === 'never') {
    queue.forget(key);
    return null;
  }
  return queue.retry(key, paces[retry]);
}
