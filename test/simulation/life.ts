import type { Clock } from '../../src/clock.ts';

/** A clock that ends with its owner: after the end nothing that waits is ever woken. */
export interface MortalClock extends Clock {
  end(): void;
  /** Wall-clock time goes on from another moment. */
  jump(ms: number): void;
  /** No timer fires, and `thawed` does not resolve, for so long; time goes on. */
  freeze(ms: number): void;
  /** Resolves at once unless it is frozen. */
  thawed(): Promise<void>;
}

export function mortalClock(clock: Clock): MortalClock {
  const pending = new Set<() => void>();
  let ended = false;
  let shift = 0;
  let frozenUntil = 0;
  const left = (): number => frozenUntil - clock.monotonic();
  const after: Clock['after'] = (ms, callback) => {
    if (ended) return () => undefined;
    const forget = (): void => {
      pending.delete(cancel);
    };
    let stop = (): void => undefined;
    const fire = (): void => {
      // What fell due while it was frozen comes after the answers that came in meanwhile.
      if (left() > 0) {
        stop = clock.after(left() + 1, fire);
        return;
      }
      forget();
      callback();
    };
    const cancel = (): void => {
      forget();
      stop();
    };
    stop = clock.after(ms, fire);
    pending.add(cancel);
    return cancel;
  };
  return {
    now: () => clock.now() + shift,
    monotonic: () => clock.monotonic(),
    random: () => clock.random(),
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = (): void => {
          cancel();
          if (!ended) reject(signal.reason as Error);
        };
        const cancel = after(ms, () => {
          signal.removeEventListener('abort', abort);
          resolve();
        });
        signal.addEventListener('abort', abort, { once: true });
      }),
    freeze: (ms) => {
      frozenUntil = Math.max(frozenUntil, clock.monotonic() + ms);
    },
    thawed: () =>
      left() > 0
        ? new Promise((resolve) => {
            clock.after(left(), resolve);
          })
        : Promise.resolve(),
    end: () => {
      ended = true;
      for (const cancel of pending) cancel();
      pending.clear();
    },
    jump: (ms) => {
      shift += ms;
    },
  };
}

/** One process of the controller, from its start to its end, as the network sees it. */
export interface Life {
  /** `a1`: the first of cluster `a`. */
  readonly name: string;
  readonly cluster: string;
  readonly clock: MortalClock;
  /** Nothing it does from now on arrives anywhere, and it gets no answers. */
  dead: boolean;
  /** How much later than usual what is on its way when it dies arrives, in milliseconds. */
  lateMs: number;
  /** Ends its connections when it dies. */
  readonly hangup: AbortController;
  /** Calls so far. */
  calls: number;
}

export const forever = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** The work's result, or a rejection as soon as the signal is aborted; the work goes on all the same. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', stop));
}
