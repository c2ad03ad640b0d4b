import { PorticoError } from '../../src/errors.ts';

/**
 * Work that many wait for and that is done once. It stops when the last of those who wait has gone: one caller's abort
 * must not fail the others, and work for nobody must not go on.
 */
export function singleFlight<T>(work: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let current: { readonly result: Promise<T>; readonly stop: AbortController; waiting: number } | undefined;

  return async (signal) => {
    if (signal.aborted) throw stopped(signal);
    if (!current) {
      const stop = new AbortController();
      const result = work(stop.signal);
      const begun = { result, stop, waiting: 0 };
      const over = (): void => {
        if (current === begun) current = undefined;
      };
      result.then(over, over);
      current = begun;
    }
    const flight = current;
    flight.waiting += 1;
    let leave: (() => void) | undefined;
    const gone = new Promise<never>((_resolve, reject) => {
      leave = () => reject(stopped(signal));
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([flight.result, gone]);
    } finally {
      if (leave) signal.removeEventListener('abort', leave);
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        flight.stop.abort();
        if (current === flight) current = undefined;
      }
    }
  };
}

const stopped = (signal: AbortSignal): PorticoError =>
  new PorticoError('aborted', 'Stopped before the cloud was listed.', { cause: signal.reason });
