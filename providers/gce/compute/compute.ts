import { randomUUID } from 'node:crypto';
import pRetry from 'p-retry';
import type { Clock } from '../../../src/clock.ts';
import { asPorticoError, type ErrorCode, PorticoError } from '../../../src/errors.ts';
import { unreadable } from './answer-kind.ts';
import { type ApiCall, type Body, methodOf, objectOf, verbs } from './calls.ts';
import { errorOfOperation } from './classify.ts';
import { list, text } from './fields.ts';
import { type RateLimit, rateLimit } from './rate.ts';
import type { Wire } from './wire.ts';

/** One call that was made, for metrics and logs. */
export interface CallRecord {
  readonly method: string;
  readonly code: ErrorCode | 'ok';
  /** Without the wait for the rate limit. */
  readonly milliseconds: number;
  /** How long the rate limit held it back, in milliseconds. */
  readonly heldBackMs: number;
}

export interface ComputeOptions {
  readonly clock: Clock;
  readonly onCall?: (record: CallRecord) => void;
  /** Calls per second: submits and waits share one bucket, gets and lists another. */
  readonly writesPerSecond?: number;
  readonly readsPerSecond?: number;
  /** Called right before each mutation is sent; to throw is to stop it. */
  readonly beforeWrite?: () => void;
  /** Makes the ids under which the API recognises a repeated mutation. */
  readonly newRequestId?: () => string;
}

/** The Compute API as the adapter sees it: rate limited, safe calls retried, operations awaited. */
export interface Compute {
  /** One resource, or undefined when there is none. */
  get(call: Omit<ApiCall, 'verb'>, signal: AbortSignal): Promise<Body | undefined>;
  /** All pages of a list, page by page. */
  list(call: ApiCall, signal: AbortSignal): Promise<readonly Body[]>;
  /** Asks something of one resource that changes nothing. */
  ask(call: ApiCall, signal: AbortSignal): Promise<Body>;
  /** Starts an operation and waits until it is done. Rejects with the operation's error. */
  change(call: ApiCall, signal: AbortSignal): Promise<Body>;
  /** Waits until an operation that somebody began is done, whether well or not. */
  finish(project: string, operation: Body, signal: AbortSignal): Promise<Body>;
  /** Of how many resources the outcome of the last mutation is unknown. */
  readonly unfinished: number;
  close(): Promise<void>;
}

const readRetries = 3;
const retryable: ReadonlySet<ErrorCode> = new Set(['unreachable', 'transient', 'throttled']);
/** Errors of the calls around an operation after which nobody knows whether it was, or will be, carried out. */
const unsure: ReadonlySet<ErrorCode> = new Set(['unreachable', 'aborted', 'transient']);
/** `operations.wait` normally blocks. When it comes back early, the next one is held off a little. */
const earlyMs = 500;
const pageSize = '500';

export function compute(wire: Wire, options: ComputeOptions): Compute {
  const { clock, onCall } = options;
  const newRequestId = options.newRequestId ?? randomUUID;
  const writes = rateLimit(bucket(options.writesPerSecond ?? 40), clock);
  const reads = rateLimit(bucket(options.readsPerSecond ?? 20), clock);
  /** The last mutation of each resource whose outcome is unknown, so that the same one is sent under the same id. */
  const unfinished = new Map<string, { readonly intent: string; readonly requestId: string }>();

  const once = async (call: ApiCall, limit: RateLimit, signal: AbortSignal): Promise<Body> => {
    const asked = clock.monotonic();
    await limit.take(signal).catch((cause: unknown) => {
      throw stopped(call, cause);
    });
    if (verbs[call.verb].effect === 'submit') options.beforeWrite?.();
    const began = clock.monotonic();
    const tell = (code: CallRecord['code']): void =>
      onCall?.({
        method: methodOf(call),
        code,
        milliseconds: clock.monotonic() - began,
        heldBackMs: began - asked,
      });
    try {
      const answer = await wire.call(call, signal);
      tell('ok');
      return answer;
    } catch (thrown) {
      const error = signal.aborted ? stopped(call, thrown) : asPorticoError(thrown);
      if (error.code === 'throttled') limit.throttled(error.retryAfterMs);
      tell(error.code);
      throw error;
    }
  };

  /** For calls that change nothing. */
  const safely = async (call: ApiCall, limit: RateLimit, signal: AbortSignal): Promise<Body> => {
    try {
      return await repeatedly(call, limit, signal);
    } catch (thrown) {
      throw signal.aborted ? stopped(call, thrown) : thrown;
    }
  };

  const repeatedly = (call: ApiCall, limit: RateLimit, signal: AbortSignal): Promise<Body> =>
    pRetry(() => once(call, limit, signal), {
      retries: readRetries,
      minTimeout: 0,
      signal,
      shouldRetry: ({ error }) => retryable.has(asPorticoError(error).code),
      onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
        const failed = asPorticoError(error);
        if (!retryable.has(failed.code) || retriesLeft === 0) return;
        await clock.sleep(failed.retryAfterMs ?? 200 * 2 ** (attemptNumber - 1) * (0.5 + clock.random()), signal);
      },
    });

  const untilDone = async (project: string, started: Body, signal: AbortSignal): Promise<Body> => {
    let operation = started;
    for (let early = 0; text(operation, 'status') !== 'DONE'; ) {
      const began = clock.monotonic();
      operation = await safely(waitFor(project, operation), writes, signal);
      if (text(operation, 'status') === 'DONE') break;
      early = clock.monotonic() - began < earlyMs ? early + 1 : 0;
      if (early > 0) {
        await clock.sleep(Math.min(100 * 2 ** early, 2000), signal).catch((cause: unknown) => {
          throw stopped(waitFor(project, operation), cause);
        });
      }
    }
    return operation;
  };

  return {
    async get(call, signal) {
      const read: ApiCall = { ...call, verb: 'get' };
      const found = await safely(read, reads, signal).catch((thrown: unknown) => {
        if (asPorticoError(thrown).code === 'not-found') return undefined;
        throw thrown;
      });
      // Whether it is there or not, what the last mutation came to is known.
      unfinished.delete(targetOf(read));
      return found;
    },

    async list(call, signal) {
      const pages: Body[] = [];
      for (let pageToken: string | null = ''; pageToken !== null; ) {
        const query = { ...call.query, maxResults: pageSize, ...(pageToken === '' ? {} : { pageToken }) };
        const page: Body = await safely({ ...call, query }, reads, signal);
        pages.push(page);
        const next = text(page, 'nextPageToken');
        if (next !== null && next === pageToken) throw unreadable(call, 'the next page is the same again');
        pageToken = next;
      }
      return pages;
    },

    ask: (call, signal) => safely(call, reads, signal),

    async change(call, signal) {
      const target = targetOf(call);
      const intent = JSON.stringify([call.verb, call.body]);
      const before = unfinished.get(target);
      const requestId = before?.intent === intent ? before.requestId : newRequestId();
      unfinished.set(target, { intent, requestId });
      let done: Body;
      try {
        const started = await once({ ...call, query: { ...call.query, requestId } }, writes, signal);
        done = await untilDone(call.project, started, signal);
      } catch (thrown) {
        const error = asPorticoError(thrown);
        if (!unsure.has(error.code)) unfinished.delete(target);
        throw error;
      }
      // An operation that failed would fail for ever under its id.
      unfinished.delete(target);
      const error = errorOfOperation(done, objectOf(call));
      if (error) throw error;
      return done;
    },

    finish: untilDone,
    get unfinished() {
      return unfinished.size;
    },
    close: () => wire.close(),
  };
}

const stopped = (call: ApiCall, cause: unknown): PorticoError =>
  new PorticoError('aborted', `${methodOf(call)} was stopped before it was done.`, { object: objectOf(call), cause });

const bucket = (perSecond: number): { perSecond: number; burst: number } => ({ perSecond, burst: perSecond * 2 });

/** The long poll for an operation, in the scope where the operation lives, which the answer names. */
function waitFor(project: string, operation: Body): ApiCall {
  const name = text(operation, 'name') ?? '';
  const zone = text(operation, 'zone');
  const region = text(operation, 'region');
  if (zone !== null) return { collection: 'zoneOperations', verb: 'wait', project, location: lastSegment(zone), name };
  if (region !== null)
    return { collection: 'regionOperations', verb: 'wait', project, location: lastSegment(region), name };
  return { collection: 'globalOperations', verb: 'wait', project, name };
}

/** The resource that a call is about, whatever the verb. */
function targetOf(call: ApiCall): string {
  const name = call.name ?? text(call.body ?? {}, 'name') ?? '';
  return [call.project, call.collection, call.location ?? 'global', name].join('/');
}

const lastSegment = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** The resources of all pages of a plain list. */
export const itemsOf = (pages: readonly Body[]): readonly Body[] => pages.flatMap((page) => list(page, 'items'));
