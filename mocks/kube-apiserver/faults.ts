import type { Clock } from '../../src/clock.ts';
import { decideFault, type FaultEffect, type FaultRule } from '../faults.ts';
import { refusal } from './handler.ts';
import type { JsonObject } from './json.ts';
import { ApiError } from './status.ts';
import { ConnectionDropped, type KubeAnswer, type KubeRequest } from './wire.ts';

/** The faults planted in one API server. */
export interface Faults {
  rules(): readonly FaultRule[];
  /** Replaces all rules; counting begins anew. */
  plant(rules: readonly FaultRule[]): void;
  /**
   * Does the work unless a rule hits this call. Rejects with ConnectionDropped when the connection breaks, with the
   * signal's reason when a delay or a stall is aborted.
   */
  around(method: string, request: KubeRequest, work: () => Promise<KubeAnswer>): Promise<KubeAnswer>;
}

export function createFaults(clock: Clock, random: () => number): Faults {
  let rules: readonly FaultRule[] = [];
  let seen: readonly number[] = [];
  return {
    rules: () => rules,
    plant(next) {
      rules = next;
      seen = [];
    },
    async around(method, request, work) {
      const decision = decideFault(rules, seen, { method, path: request.path }, random);
      seen = decision.seen;
      const { effect } = decision;
      if (effect === undefined) return work();
      return (await before(clock, effect, request)) ?? after(effect, request, await work());
    },
  };
}

/** What happens before the work: an answer instead of it, or none. */
async function before(clock: Clock, effect: FaultEffect, request: KubeRequest): Promise<KubeAnswer | undefined> {
  switch (effect.type) {
    case 'error':
      return refusal(planned(effect), request);
    case 'garbage':
      return {
        status: effect.status ?? 502,
        headers: { 'Content-Type': 'text/html' },
        body: new TextEncoder().encode(effect.body ?? '<!DOCTYPE html><html><body><h1>Bad Gateway</h1></body></html>'),
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
    case 'fail-operation':
      return undefined;
    default:
      return effect satisfies never;
  }
}

/** What happens to the answer. A watch is dropped after its first events, so that its reader has begun. */
async function after(effect: FaultEffect, request: KubeRequest, answer: KubeAnswer): Promise<KubeAnswer> {
  if (effect.type === 'stall') return forever(request.signal);
  if (effect.type !== 'drop') return answer;
  const { body } = answer;
  if (body === undefined || body instanceof Uint8Array) throw new ConnectionDropped('dropped after the work');
  return { ...answer, body: firstOf(body) };
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

function planned(effect: FaultEffect & { readonly type: 'error' }): ApiError {
  const { status, reason = reasons[status] ?? '', message = `Fault: HTTP ${status}.`, retryAfterSeconds } = effect;
  return new ApiError(status, reason, message, retryAfterSeconds === undefined ? undefined : { retryAfterSeconds });
}

/** What `GET /_portico/faults` shows. */
export function shownRules(rules: readonly FaultRule[]): JsonObject {
  return { rules: rules.map(({ match, effect }) => ({ match: { ...match }, effect: { ...effect } })) };
}
