import type { Clock } from '../../src/clock.ts';
import { type ErrorCode, PorticoError } from '../../src/errors.ts';
import type { ResourceId } from '../../src/graph/resource.ts';
import type { Cloud, CloudRecord } from './cloud.ts';
import type { Body } from './cloud-rules.ts';

/** The cloud as its clients reach it: one call at a time, which may fail, be refused for being one too many, or be aborted. */
export interface CloudApi {
  list(kind: string, signal: AbortSignal): Promise<readonly CloudRecord[]>;
  get(id: ResourceId, signal: AbortSignal): Promise<CloudRecord | undefined>;
  insert(id: ResourceId, body: Body, description: string, signal: AbortSignal): Promise<string>;
  patch(id: ResourceId, fields: Body, signal: AbortSignal): Promise<string>;
  remove(id: ResourceId, signal: AbortSignal): Promise<string>;
  /** Writes another free text on it. */
  describe(id: ResourceId, description: string, signal: AbortSignal): Promise<string>;
  /** Resolves when the operation is done; the operation goes on when the waiting is given up. */
  wait(operation: string, signal: AbortSignal): Promise<void>;
  /** Shows every call to `hook` before it is served, and has it fail as the hook says. */
  intercept(hook: CallHook | undefined): void;
}

export interface CloudCall {
  readonly method: 'list' | 'get' | 'insert' | 'patch' | 'remove' | 'describe' | 'wait';
  /** The kind, id or operation that it is about. */
  readonly target: string;
  readonly writes: boolean;
}

/** `before`: nothing was done. `after`: it was done, and the answer is lost. */
export type CallHook = (call: CloudCall) => { when: 'before' | 'after'; code: ErrorCode } | undefined;

export interface CloudApiOptions {
  readonly clock: Clock;
  /** Calls beyond this are refused as `throttled`. Without it there is no limit. */
  readonly limit?: { readonly perSecond: number; readonly burst: number };
}

export function cloudApi(cloud: Cloud, { clock, limit }: CloudApiOptions): CloudApi {
  const admit = limit ? rateLimit(clock, limit.perSecond, limit.burst) : undefined;
  let hook: CallHook | undefined;

  const call = async <T>(
    method: CloudCall['method'],
    target: string,
    signal: AbortSignal,
    work: () => T | Promise<T>,
  ): Promise<T> => {
    stopIfAborted(signal);
    const fault = hook?.({ method, target, writes: !['list', 'get', 'wait'].includes(method) });
    const failure = fault && new PorticoError(fault.code, `${method} ${target} failed, as was asked for.`);
    admit?.();
    if (failure && fault.when === 'before') throw failure;
    const result = await work();
    if (failure) throw failure;
    stopIfAborted(signal);
    return result;
  };

  return {
    list: (kind, signal) =>
      call('list', kind, signal, () => [...cloud.records.values()].filter((record) => record.kind === kind)),
    get: (id, signal) => call('get', id, signal, () => cloud.records.get(id)),
    insert: (id, body, description, signal) => call('insert', id, signal, () => cloud.insert(id, body, description)),
    patch: (id, fields, signal) => call('patch', id, signal, () => cloud.patch(id, fields)),
    remove: (id, signal) => call('remove', id, signal, () => cloud.remove(id)),
    describe: (id, text, signal) => call('describe', id, signal, () => cloud.describe(id, text)),
    wait: (operation, signal) => call('wait', operation, signal, () => untilAborted(cloud.finished(operation), signal)),
    intercept: (next) => {
      hook = next;
    },
  };
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new PorticoError('aborted', 'Stopped before it was done.', { cause: signal.reason });
}

/** Resolves with the promise, or as soon as the signal is aborted. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = (): void => {
    resolve();
  };
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([promise, stopped]);
  signal.removeEventListener('abort', stop);
}

/** A token bucket: takes a token, or throws `throttled` and says when the next one is there. */
function rateLimit(clock: Clock, perSecond: number, burst: number): () => void {
  let tokens = burst;
  let filledAt = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    tokens = Math.min(burst, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
    if (tokens < 1) {
      const retryAfterMs = Math.ceil(((1 - tokens) * 1000) / perSecond);
      throw new PorticoError('throttled', `Too many calls. Come back in ${retryAfterMs} ms.`, { retryAfterMs });
    }
    tokens -= 1;
  };
}
