import type { Clock } from '../../../src/clock.ts';

export interface RateLimit {
  /** Resolves when one more call may be made; rejects when the signal is aborted first. */
  take(signal: AbortSignal): Promise<void>;
  /** The API said that it was called too often: halves the rate and holds everything back for a while. */
  throttled(retryAfterMs: number | undefined): void;
  /** Calls per second at this moment. */
  rate(): number;
}

export interface RateOptions {
  readonly perSecond: number;
  /** Calls that may be made at once after a quiet time. */
  readonly burst: number;
}

const slowest = 1;
/** After a throttling the rate is back after this many seconds without another. */
const recoverySeconds = 60;
const holdMs = 1000;

/**
 * A token bucket that learns: throttling halves its rate (not below 1/s), and the rate grows back linearly. Callers
 * are served in the order they came.
 */
export function rateLimit({ perSecond, burst }: RateOptions, clock: Clock): RateLimit {
  let rate = perSecond;
  let tokens = burst;
  let at = clock.monotonic();
  let heldUntil = at;
  let line: Promise<void> = Promise.resolve();

  const refill = (): void => {
    const now = clock.monotonic();
    const seconds = Math.max(0, now - Math.max(at, heldUntil)) / 1000;
    tokens = Math.min(burst, tokens + seconds * rate);
    rate = Math.min(perSecond, rate + (seconds * perSecond) / recoverySeconds);
    at = now;
  };

  const oneToken = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      refill();
      const held = heldUntil - clock.monotonic();
      if (held <= 0 && tokens >= 1) {
        tokens -= 1;
        return;
      }
      await clock.sleep(Math.max(held, ((1 - tokens) / rate) * 1000, 1), signal);
    }
  };

  return {
    take(signal) {
      const turn = line.then(() => oneToken(signal));
      line = turn.catch(() => undefined);
      return turn;
    },
    throttled(retryAfterMs) {
      refill();
      const until = clock.monotonic() + Math.max(retryAfterMs ?? 0, holdMs);
      // One wave of throttled answers is one signal, not twenty.
      if (heldUntil <= clock.monotonic()) {
        rate = Math.max(slowest, rate / 2);
        tokens = 0;
      }
      heldUntil = Math.max(heldUntil, until);
    },
    rate: () => rate,
  };
}
