/** A stream with one reader: what is pushed while the reader is away waits and comes as one batch. */
export interface EventQueue<T> extends AsyncIterable<readonly T[]> {
  push(item: T): void;
  /** No more items; the reader still gets those that wait. */
  end(): void;
  onClose(callback: () => void): void;
}

/** Closes when ended and read empty, when the signal aborts, or when the reader leaves. */
export function createEventQueue<T>(signal: AbortSignal): EventQueue<T> {
  let waiting: T[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  const closers: (() => void)[] = [];

  function rouse(): void {
    wake?.();
    wake = undefined;
  }

  function close(): void {
    signal.removeEventListener('abort', abort);
    for (const callback of closers.splice(0)) callback();
  }

  function abort(): void {
    ended = true;
    waiting = [];
    rouse();
    close();
  }

  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();

  return {
    push(item) {
      if (ended) return;
      waiting.push(item);
      rouse();
    },
    end() {
      ended = true;
      rouse();
    },
    onClose(callback) {
      if (signal.aborted) callback();
      else closers.push(callback);
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          if (waiting.length > 0) {
            const batch = waiting;
            waiting = [];
            yield batch;
          } else if (ended) {
            return;
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        ended = true;
        close();
      }
    },
  };
}
