import type { KubeApi } from '../../../../mocks/index.ts';
import { ask } from '../ask.ts';

export interface Event {
  readonly type: string;
  readonly object: {
    readonly code?: number;
    readonly message?: string;
    readonly metadata: { readonly name?: string; readonly resourceVersion?: string };
  };
}

/** A watch that is being read, as far as it has come. */
export interface Reader {
  /** Each event in short: `ADDED a`, `BOOKMARK`, `ERROR 410`. */
  readonly seen: readonly string[];
  readonly events: readonly Event[];
  /** What came after the last whole line. */
  rest(): string;
  /** `open`, `ended`, or what broke it. */
  state(): string;
  leave(): void;
}

/** Opens a watch without sockets and reads it in the background. */
export async function openWatch(api: KubeApi, path: string): Promise<Reader> {
  const leaving = new AbortController();
  const answer = await ask(api, 'GET', path, undefined, { signal: leaving.signal });
  const { body } = answer;
  if (body === undefined || body instanceof Uint8Array)
    throw new Error(`${path} gave HTTP ${answer.status}, no stream`);
  const events: Event[] = [];
  const seen: string[] = [];
  let rest = '';
  let state = 'open';
  const read = async (): Promise<void> => {
    for await (const chunk of body) {
      const lines = (rest + new TextDecoder().decode(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = JSON.parse(line) as Event;
        events.push(event);
        seen.push(`${event.type} ${event.object.metadata.name ?? event.object.code ?? ''}`.trim());
      }
    }
  };
  const follow = async (): Promise<void> => {
    try {
      await read();
      state = 'ended';
    } catch (error) {
      state = error instanceof Error ? error.name : String(error);
    }
  };
  void follow();
  return { seen, events, rest: () => rest, state: () => state, leave: () => leaving.abort() };
}
