import { type Dispatcher, request } from 'undici';

/** Someone who watches and counts what comes. */
export interface Watcher {
  readonly events: number;
  /** Resolves when so many events have come. */
  reaches(count: number): Promise<void>;
  close(): void;
}

const lineBreak = 10;

/** Opens a watch and reads it; `told` gets each line, for one who wants to know what it says. */
export async function openWatcher(
  url: string,
  dispatcher: Dispatcher,
  told?: (line: string) => void,
): Promise<Watcher> {
  const stop = new AbortController();
  const { body, statusCode } = await request(url, { dispatcher, signal: stop.signal, bodyTimeout: 0 });
  if (statusCode !== 200) throw new Error(`${url}: HTTP ${statusCode}`);
  let events = 0;
  let waiting: { readonly count: number; readonly resolve: () => void } | undefined;
  let rest = '';
  const read = async (): Promise<void> => {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (told) {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) told(line);
        events += lines.length;
      } else {
        for (let at = chunk.indexOf(lineBreak); at >= 0; at = chunk.indexOf(lineBreak, at + 1)) events += 1;
      }
      if (waiting && events >= waiting.count) waiting.resolve();
    }
  };
  read().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    get events() {
      return events;
    },
    reaches: (count) =>
      new Promise((resolve) => {
        if (events >= count) resolve();
        else waiting = { count, resolve };
      }),
    close: () => stop.abort(),
  };
}
