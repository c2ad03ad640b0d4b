import { PorticoError } from '../../src/errors.ts';
import type { KubeRequest, KubeResponse, KubeTransport } from '../../src/kube/transport.ts';

export type Answer = (request: KubeRequest) => Promise<KubeResponse>;

export interface ScriptedTransport extends KubeTransport {
  /** What was asked so far: the query of each request. */
  readonly asked: Readonly<Record<string, string>>[];
}

/** Answers the n-th request with the n-th answer, and every request after the last with silence. */
export function scriptedTransport(answers: readonly Answer[]): ScriptedTransport {
  const asked: ScriptedTransport['asked'] = [];
  return {
    asked,
    request: async (request) => {
      asked.push(request.query);
      const answer = answers[asked.length - 1] ?? silence;
      return answer(request);
    },
    close: async () => undefined,
  };
}

export interface Thing {
  readonly name: string;
  readonly uid?: string;
  readonly version: number;
  /** Anything, to see that it arrives whole. */
  readonly note?: string;
}

export const objectOf = ({ name, uid = name, version, note = '' }: Thing): object => ({
  kind: 'Service',
  metadata: { namespace: 'default', name, uid, resourceVersion: String(version), annotations: { note } },
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const bodyOf = (status: number, text: string): KubeResponse => ({
  status,
  headers: {},
  body: chunks([bytes(text)]),
});

export const list =
  (version: number, things: readonly Thing[], next?: string): Answer =>
  async () =>
    bodyOf(
      200,
      JSON.stringify({
        kind: 'ServiceList',
        items: things.map(objectOf),
        metadata: { resourceVersion: String(version), ...(next === undefined ? {} : { continue: next }) },
      }),
    );

export type Line =
  | readonly ['ADDED' | 'MODIFIED' | 'DELETED', Thing]
  | readonly ['BOOKMARK', number]
  | readonly ['ERROR', number];

export const lineOf = ([type, what]: Line): string => {
  const object =
    type === 'BOOKMARK'
      ? { kind: 'Service', metadata: { resourceVersion: String(what) } }
      : type === 'ERROR'
        ? { kind: 'Status', code: what, message: 'too old resource version' }
        : objectOf(what);
  return `${JSON.stringify({ type, object })}\n`;
};

/** A watch that sends the lines and then ends, breaks, or stays silent until it is given up. */
export const watch =
  (
    lines: readonly Line[],
    then: 'end' | 'break' | 'silence' = 'end',
    cut?: (all: Uint8Array) => readonly Uint8Array[],
  ): Answer =>
  async ({ signal }) => {
    const all = bytes(lines.map(lineOf).join(''));
    return { status: 200, headers: {}, body: chunks(cut ? cut(all) : [all], then, signal) };
  };

export const refusal =
  (code: number): Answer =>
  async () =>
    bodyOf(code, JSON.stringify({ kind: 'Status', code, message: `refused with ${code}` }));

export const reset: Answer = async () => {
  throw new PorticoError('unreachable', 'connection reset');
};

/** Never answers, until the request is aborted. */
export const silence: Answer = ({ signal }) => untilAborted(signal);

async function* chunks(
  pieces: readonly Uint8Array[],
  then: 'end' | 'break' | 'silence' = 'end',
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) if (piece.length > 0) yield piece;
  if (then === 'break') throw new PorticoError('unreachable', 'terminated');
  if (then === 'silence' && signal) await untilAborted(signal);
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
