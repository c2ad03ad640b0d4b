import type { Clock } from '../../../src/clock.ts';
import type { Call } from '../cluster.ts';
import { ApiError } from '../status.ts';
import { checkVersionText } from './list-options.ts';

/** The store, or a watch cache, which may be behind it. */
interface Versioned {
  revision(): number;
}

/** How long a read waits for a resourceVersion that is not there yet. */
const longestWaitMs = 3000;
const lookAgainMs = 50;

/** Waits up to 3 s for a revision; whether it came. Rejects when the signal is aborted. */
export async function reaches(
  clock: Clock,
  versioned: Versioned,
  wanted: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = clock.monotonic() + longestWaitMs;
  while (wanted > versioned.revision()) {
    if (clock.monotonic() >= deadline) return false;
    await clock.sleep(lookAgainMs, signal);
  }
  return true;
}

/** A read at a resourceVersion that is not there yet waits for it, then is refused with 504. */
export async function checkVersionReached({ cluster, query, signal }: Call, versioned: Versioned): Promise<void> {
  const wanted = query.get('resourceVersion') ?? '';
  checkVersionText(wanted);
  if (wanted === '' || Number(wanted) <= versioned.revision()) return;
  if (!(await reaches(cluster.clock, versioned, Number(wanted), signal))) {
    throw tooLarge(wanted, versioned.revision());
  }
}

export function tooLarge(wanted: string, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
