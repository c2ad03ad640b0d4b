import type { Clock } from '../../src/clock.ts';
import { ApiError, operationCode } from './api-error.ts';
import type { Document } from './json.ts';
import { type Scope, selfLink, scopePath } from './links.ts';
import type { Random } from './random.ts';

export interface OperationFailure {
  /** Upper snake case, as operations show it: `QUOTA_EXCEEDED`. */
  readonly code: string;
  readonly message: string;
  readonly httpStatus: number;
  readonly errorDetails?: readonly Document[];
}

export interface OperationRequest {
  readonly type: string;
  readonly scope: Scope;
  readonly targetLink: string;
  readonly targetId: string;
  readonly requestId: string | undefined;
  /** Makes the effect visible when the operation ends; an ApiError thrown here fails the operation. */
  readonly commit: () => void;
  /** Undoes what the start made visible, when the operation fails. */
  readonly rollback: () => void;
  /** Decided at the start by a fault rule. */
  readonly failure?: OperationFailure | undefined;
}

export interface Operation {
  readonly name: string;
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Counts operations in the order of their start. */
  readonly sequence: number;
  readonly scope: Scope;
  readonly done: boolean;
  readonly show: () => Document;
}

export interface OperationLog {
  readonly start: (request: OperationRequest) => Operation;
  /** Whether it began so long ago that nothing of it is known any more. */
  readonly isOld: (operation: Operation) => boolean;
  readonly find: (scope: Scope, name: string) => Operation | undefined;
  readonly remove: (operation: Operation) => void;
  readonly list: (scope?: Scope) => readonly Operation[];
  /** Resolves when the operation is done or after `ms`, whichever is first; rejects when aborted. */
  readonly wait: (operation: Operation, ms: number, signal: AbortSignal) => Promise<void>;
}

interface Surroundings {
  readonly project: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly latencyMs: number;
  /** How long after its start an operation that is done is still known. */
  readonly retentionMs: number;
}

/** Completed operations are deleted after 14 days: https://cloud.google.com/compute/docs/api/how-tos/api-requests-responses */
export const usualRetentionMs = 14 * 86_400_000;

/** Part of an operation's time that it is PENDING, before it is RUNNING. */
const pendingShare = 0.2;

export function createOperationLog({ project, clock, random, latencyMs, retentionMs }: Surroundings): OperationLog {
  const operations = new Map<string, Operation>();
  const waiting = new Map<string, Set<() => void>>();
  let started = 0;
  const stamp = (at: number) => new Date(at).toISOString().replace('Z', '-00:00');

  function start(request: OperationRequest): Operation {
    const startedAt = clock.now();
    const startedTicks = clock.monotonic();
    const name = `operation-${startedAt}-${random.hex(13)}-${random.hex(8)}-${random.hex(8)}`;
    const id = random.id();
    const path = `${scopePath(request.scope)}/operations/${name}`;
    const key = path;
    let outcome: { readonly at: number; readonly failure: OperationFailure | undefined } | undefined;

    const status = () => {
      if (outcome !== undefined) return 'DONE';
      return clock.monotonic() - startedTicks < latencyMs * pendingShare ? 'PENDING' : 'RUNNING';
    };
    const show = (): Document => ({
      kind: 'compute#operation',
      id,
      name,
      ...(request.scope.type === 'regions' ? { region: selfLink(project, scopePath(request.scope)) } : {}),
      ...(request.scope.type === 'zones' ? { zone: selfLink(project, scopePath(request.scope)) } : {}),
      operationType: request.type,
      targetLink: request.targetLink,
      targetId: request.targetId,
      status: status(),
      user: 'portico@example.com',
      progress: outcome === undefined ? 0 : 100,
      insertTime: stamp(startedAt),
      ...(status() === 'PENDING' ? {} : { startTime: stamp(startedAt + latencyMs * pendingShare) }),
      ...(outcome === undefined ? {} : { endTime: stamp(outcome.at) }),
      ...(outcome?.failure === undefined ? {} : showFailure(outcome.failure)),
      selfLink: selfLink(project, path),
      ...(request.requestId === undefined ? {} : { clientOperationId: request.requestId }),
    });
    started += 1;
    const operation: Operation = {
      name,
      startedAt: startedTicks,
      sequence: started,
      scope: request.scope,
      get done() {
        return outcome !== undefined;
      },
      show,
    };
    const finish = () => {
      const failure = request.failure ?? attempt(request.commit);
      if (failure !== undefined) request.rollback();
      outcome = { at: clock.now(), failure };
      for (const wake of waiting.get(key) ?? []) wake();
      waiting.delete(key);
    };
    forgetOld();
    operations.set(key, operation);
    if (latencyMs === 0) finish();
    else clock.after(latencyMs, finish);
    return operation;
  }

  /** They are in the order of their start; one that is not done holds up those after it. */
  function forgetOld(): void {
    for (const operation of operations.values()) {
      if (!operation.done || !isOld(operation)) return;
      operations.delete(keyOfOperation(operation));
    }
  }

  const isOld = ({ startedAt }: Operation): boolean => clock.monotonic() - startedAt > retentionMs;
  const keyOfOperation = ({ scope, name }: Operation) => `${scopePath(scope)}/operations/${name}`;

  return {
    start,
    isOld,
    find: (scope, name) => operations.get(`${scopePath(scope)}/operations/${name}`),
    remove: (operation) => operations.delete(keyOfOperation(operation)),
    list: (scope) =>
      [...operations.values()].filter(
        (operation) => scope === undefined || scopePath(operation.scope) === scopePath(scope),
      ),
    wait: (operation, ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (operation.done) return resolve();
        if (signal.aborted) return reject(signal.reason);
        const key = keyOfOperation(operation);
        const wakers = waiting.get(key) ?? new Set();
        waiting.set(key, wakers);
        const settle = (end: () => void) => () => {
          wakers.delete(wake);
          cancel();
          signal.removeEventListener('abort', aborted);
          end();
        };
        const wake = settle(resolve);
        const aborted = settle(() => reject(signal.reason));
        const cancel = clock.after(ms, wake);
        wakers.add(wake);
        signal.addEventListener('abort', aborted, { once: true });
      }),
  };
}

function attempt(commit: () => void): OperationFailure | undefined {
  try {
    commit();
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { code: operationCode(error.reason), message: error.message, httpStatus: error.status };
  }
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'BAD REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT FOUND',
  409: 'CONFLICT',
  412: 'PRECONDITION FAILED',
  503: 'SERVICE UNAVAILABLE',
};

const showFailure = ({ code, message, httpStatus, errorDetails }: OperationFailure): Document => ({
  error: { errors: [{ code, message, ...(errorDetails === undefined ? {} : { errorDetails }) }] },
  httpErrorStatusCode: httpStatus,
  httpErrorMessage: statusTexts[httpStatus] ?? 'ERROR',
});
