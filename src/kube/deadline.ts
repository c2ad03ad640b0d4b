import type { Clock } from '../clock.ts';
import { PorticoError, stoppedBy } from '../errors.ts';

/**
 * Runs `work` with a signal that is aborted with `signal`, or `ms` milliseconds after the last call of `alive`. Then it
 * rejects with `aborted` (the signal's reason when that is a PorticoError), or with `unreachable`, even when `work` does not listen.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  what: string,
  work: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw stoppedBy(signal);
  const own = new AbortController();
  const relay = (): void => own.abort(stoppedBy(signal));
  const expire = (): void =>
    own.abort(new PorticoError('unreachable', `The API server did not answer for ${ms / 1000} s: ${what}.`));
  let cancel = clock.after(ms, expire);
  const alive = (): void => {
    cancel();
    cancel = clock.after(ms, expire);
  };
  signal.addEventListener('abort', relay, { once: true });
  const gaveUp = new Promise<never>((_resolve, reject) => {
    own.signal.addEventListener('abort', () => reject(own.signal.reason as Error), { once: true });
  });
  try {
    return await Promise.race([work(own.signal, alive), gaveUp]);
  } finally {
    cancel();
    signal.removeEventListener('abort', relay);
  }
}
