import type { Clock } from '../../src/clock.ts';
import { decideFault } from '../faults.ts';
import { etcdMessages, type KubeFaultEffect, type KubeFaultRule } from './fault-effects.ts';
import { refusal } from './handler.ts';
import type { JsonObject } from './json.ts';
import { ApiError } from './status.ts';
import type { OpenWatches } from './watch/open-watches.ts';
import { ConnectionDropped, type KubeAnswer, type KubeRequest, plainHeaders } from './wire.ts';

type Work = (request: KubeRequest) => Promise<KubeAnswer>;

/** The faults planted in one API server. */
export interface Faults {
  rules(): readonly KubeFaultRule[];
  /** Replaces all rules; counting begins anew. */
  plant(rules: readonly KubeFaultRule[]): void;
  /**
   * Does the work unless a rule hits this call. Rejects with ConnectionDropped when the connection breaks, with the
   * signal's reason when a delay or a stall is aborted.
   */
  around(method: string, request: KubeRequest, work: Work): Promise<KubeAnswer>;
}

export function createFaults(clock: Clock, random: () => number, watches: OpenWatches): Faults {
  let rules: readonly KubeFaultRule[] = [];
  /** Those that hit calls. */
  let callRules: readonly KubeFaultRule[] = [];
  let seen: readonly number[] = [];
  return {
    rules: () => rules,
    plant(next) {
      rules = next;
      callRules = next.filter(({ effect }) => effect.type !== 'lag');
      seen = [];
    },
    async around(method, request, work) {
      let effect: KubeFaultEffect | undefined;
      if (callRules.length > 0) {
        ({ effect, seen } = decideFault(callRules, seen, { method, path: request.path }, random));
      }
      const begin = async (): Promise<KubeAnswer> => {
        if (!method.endsWith('.watch')) return work(request);
        const plan = effect?.type === 'break-watch' ? { afterEvents: 0, ...effect } : undefined;
        return watches.open(method, request, work, plan);
      };
      if (effect === undefined) return begin();
      return (await before(clock, effect, request)) ?? after(effect, request, await begin());
    },
  };
}

/** What happens before the work: an answer instead of it, or none. */
async function before(clock: Clock, effect: KubeFaultEffect, request: KubeRequest): Promise<KubeAnswer | undefined> {
  switch (effect.type) {
    case 'error':
      return refusal(planned(effect), request);
    case 'overload':
      return overloaded(effect.retryAfterSeconds ?? 1);
    case 'etcd':
      return effect.when === 'before' ? refusal(etcdError(effect), request) : undefined;
    case 'garbage':
      return {
        status: effect.status ?? 502,
        headers: { 'Content-Type': 'text/html' },
        body: encoder.encode(effect.body ?? '<!DOCTYPE html><html><body><h1>Bad Gateway</h1></body></html>'),
      };
    case 'delay':
      await clock.sleep(effect.ms, request.signal);
      return undefined;
    case 'drop':
      if (effect.when === 'before') throw new ConnectionDropped('dropped before the work');
      return undefined;
    case 'stall':
      if (effect.when === 'before') await forever(request.signal);
      return undefined;
    case 'break-watch':
    case 'lag':
      return undefined;
    default:
      return effect satisfies never;
  }
}

/** What happens to the answer. A watch is dropped after its first events, so that its reader has begun. */
async function after(effect: KubeFaultEffect, request: KubeRequest, answer: KubeAnswer): Promise<KubeAnswer> {
  if (effect.type === 'stall') return forever(request.signal);
  if (effect.type === 'etcd') return refusal(etcdError(effect), request);
  if (effect.type !== 'drop') return answer;
  const { body } = answer;
  if (body === undefined || body instanceof Uint8Array) throw new ConnectionDropped('dropped after the work');
  return { ...answer, body: firstOf(body) };
}

const encoder = new TextEncoder();

/** What priority and fairness answer: not a Status. */
function overloaded(retryAfterSeconds: number): KubeAnswer {
  return {
    status: 429,
    headers: {
      ...plainHeaders,
      'Content-Type': 'text/plain; charset=utf-8',
      'Retry-After': String(retryAfterSeconds),
      'X-Content-Type-Options': 'nosniff',
    },
    body: encoder.encode('Too many requests, please try again later.\n'),
  };
}

function etcdError({ problem }: KubeFaultEffect & { readonly type: 'etcd' }): ApiError {
  return new ApiError(500, '', etcdMessages[problem]);
}

async function* firstOf(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    yield chunk;
    throw new ConnectionDropped('dropped in the middle of a watch');
  }
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Reasons of `Status` by HTTP status, as API machinery names them. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function planned(effect: KubeFaultEffect & { readonly type: 'error' }): ApiError {
  const { status, reason = reasons[status] ?? '', message = `Fault: HTTP ${status}.`, retryAfterSeconds } = effect;
  return new ApiError(status, reason, message, retryAfterSeconds === undefined ? undefined : { retryAfterSeconds });
}

/** What `GET /_portico/faults` shows. */
export function shownRules(rules: readonly KubeFaultRule[]): JsonObject {
  return { rules: rules.map(({ match, effect }) => ({ match: { ...match }, effect: { ...effect } })) };
}
