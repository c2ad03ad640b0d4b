import type { WatchBreak } from '../fault-effects.ts';
import { ConnectionDropped, type KubeAnswer, type KubeRequest } from '../wire.ts';

/** The watches that are being read, so that a test can see and break them. */
export interface OpenWatches {
  /** How many are open, by method. */
  count(): ReadonlyMap<string, number>;
  /** Breaks those whose method fits, now; answers how many. What they had not sent yet is lost. */
  break(fits: (method: string) => boolean, how: WatchBreak): number;
  /** Does the work of a watch request, to go wrong after so many events where that is planned. */
  open(method: string, request: KubeRequest, work: Work, plan?: BreakPlan): Promise<KubeAnswer>;
}

type Work = (request: KubeRequest) => Promise<KubeAnswer>;

export interface BreakPlan {
  readonly how: WatchBreak;
  readonly afterEvents: number;
}

interface OpenWatch {
  readonly method: string;
  readonly source: AbortController;
  broken: WatchBreak | undefined;
}

const encoder = new TextEncoder();
const lineBreak = 10;

export function createOpenWatches(): OpenWatches {
  const watches = new Set<OpenWatch>();

  async function* read(
    watch: OpenWatch,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    plan: BreakPlan | undefined,
  ): AsyncGenerator<Uint8Array> {
    watches.add(watch);
    let left = plan?.afterEvents ?? Number.POSITIVE_INFINITY;
    try {
      if (left > 0) {
        for await (const chunk of body) {
          const part = plan ? firstLines(chunk, left) : chunk;
          if (plan) left -= linesOf(part);
          yield part;
          if (left === 0 || watch.broken) break;
        }
      }
      const how = watch.broken ?? (left === 0 ? plan?.how : undefined);
      if (how !== undefined && !signal.aborted) yield* ending(how, signal);
    } finally {
      watch.source.abort();
      watches.delete(watch);
    }
  }

  return {
    count() {
      const counts = new Map<string, number>();
      for (const { method } of watches) counts.set(method, (counts.get(method) ?? 0) + 1);
      return counts;
    },
    break(fits, how) {
      const hit = [...watches].filter(({ method, broken }) => broken === undefined && fits(method));
      for (const watch of hit) {
        watch.broken = how;
        watch.source.abort();
      }
      return hit.length;
    },
    async open(method, request, work, plan) {
      const source = new AbortController();
      const answer = await work({ ...request, signal: AbortSignal.any([request.signal, source.signal]) });
      const { body } = answer;
      if (body === undefined || body instanceof Uint8Array) return answer;
      return { ...answer, body: read({ method, source, broken: undefined }, body, request.signal, plan) };
    },
  };
}

async function* ending(how: WatchBreak, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  switch (how) {
    case 'eof':
      return;
    case 'reset':
      throw new ConnectionDropped('dropped between two events of a watch');
    case 'torn':
      yield encoder.encode('{"type":"MODIFIED","object":{"kind":"');
      throw new ConnectionDropped('dropped in the middle of an event of a watch');
    case 'expired':
      yield encoder.encode(expiredLine);
      return;
    case 'silent':
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      return;
    default:
      how satisfies never;
  }
}

/** What a watch is told whose next event was compacted away in etcd. */
const expiredLine = `${JSON.stringify({
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'The resourceVersion for the provided watch is too old.',
    reason: 'Expired',
    code: 410,
  },
})}\n`;

/** The bytes up to the end of the nth line, or all. */
function firstLines(chunk: Uint8Array, count: number): Uint8Array {
  let end = 0;
  for (let line = 0; line < count; line++) {
    const next = chunk.indexOf(lineBreak, end);
    if (next < 0) return chunk;
    end = next + 1;
  }
  return chunk.subarray(0, end);
}

function linesOf(chunk: Uint8Array): number {
  let count = 0;
  for (const byte of chunk) if (byte === lineBreak) count += 1;
  return count;
}
