import { withoutSecrets } from './secrets.ts';

/** Every way in which something can go wrong, closed: adding one forces a row in `errorRules`. */
export type ErrorCode =
  | 'invalid'
  | 'unsupported'
  | 'conflict'
  | 'denied'
  | 'unauthenticated'
  | 'quota'
  | 'throttled'
  | 'transient'
  | 'unreachable'
  | 'not-found'
  | 'exists'
  | 'in-use'
  | 'stale'
  | 'withheld'
  | 'aborted'
  | 'internal';

/**
 * What happens after an error:
 * `change` waits until the object or the world changes, `slow` retries with long backoff, `backoff` with the usual one,
 * `soon` observes again at once (the picture was out of date), `never` is not retried by us.
 */
export type Retry = 'change' | 'slow' | 'backoff' | 'soon' | 'never';

export interface ErrorRule {
  readonly retry: Retry;
  /** Reason of the condition (and of the log line); CamelCase as Kubernetes asks. */
  readonly reason: string;
  /** What the code means and what a person does about it, for the reference pages. */
  readonly meaning: string;
  readonly remedy: string;
}

export const errorRules = {
  invalid: {
    retry: 'change',
    reason: 'InvalidRequest',
    meaning: 'The Service or a flag asks for something malformed.',
    remedy: 'Correct what the message names. `portico lint` finds most of it before it is applied.',
  },
  unsupported: {
    retry: 'change',
    reason: 'Unsupported',
    meaning: 'Well-formed, but this provider cannot do it.',
    remedy: 'Ask for something else, or run a Portico whose provider can do it.',
  },
  conflict: {
    retry: 'slow',
    reason: 'ForeignResource',
    meaning: 'Something we do not own sits under a name or address that we need. It is left alone.',
    remedy: 'Rename or delete the thing that the message names, if nobody needs it.',
  },
  denied: {
    retry: 'slow',
    reason: 'PermissionDenied',
    meaning: 'The credentials may not do this.',
    remedy: 'Give the account of Portico the permission that the message names.',
  },
  unauthenticated: {
    retry: 'slow',
    reason: 'Unauthenticated',
    meaning: 'The credentials are missing, wrong or expired.',
    remedy: 'Give Portico credentials: a service account of the machine or the Pod, or a file.',
  },
  quota: {
    retry: 'slow',
    reason: 'QuotaExceeded',
    meaning: "The project's quota for this kind is used up.",
    remedy: 'Have the quota that the message names raised, or delete what is not needed.',
  },
  throttled: {
    retry: 'backoff',
    reason: 'Throttled',
    meaning: 'The API asks for fewer calls; retried when it says.',
    remedy:
      'Usually nothing. If it lasts, find who else uses the rate of the project, or ask for less of it in a second.',
  },
  transient: {
    retry: 'backoff',
    reason: 'CloudError',
    meaning: 'The cloud failed in a way that may pass.',
    remedy: 'Usually nothing. If it lasts, look at the status page of the cloud.',
  },
  unreachable: {
    retry: 'backoff',
    reason: 'Unreachable',
    meaning: 'The API did not answer.',
    remedy: 'Check DNS, proxies and network policies between Portico and the API that the message names.',
  },
  'not-found': {
    retry: 'soon',
    reason: 'NotFound',
    meaning: 'Something that should be there is not.',
    remedy: 'Nothing: it is observed again and made.',
  },
  exists: {
    retry: 'soon',
    reason: 'AlreadyExists',
    meaning: 'Something that should not be there is.',
    remedy: 'Nothing: it is observed again and compared.',
  },
  'in-use': {
    retry: 'backoff',
    reason: 'InUse',
    meaning: 'Something else still uses the resource.',
    remedy: 'Usually nothing. If it lasts, end the use that the message names.',
  },
  stale: {
    retry: 'soon',
    reason: 'Stale',
    meaning: 'The resource changed since it was read.',
    remedy: 'Nothing: it is read again.',
  },
  withheld: {
    retry: 'change',
    reason: 'ConsentNeeded',
    meaning: 'A step would lose an address, or the policy does not allow it; its owner must ask for it.',
    remedy: 'Annotate the Service as the message says, or take the change back.',
  },
  aborted: {
    retry: 'never',
    reason: 'Aborted',
    meaning: 'Stopped before it was done.',
    remedy: 'Nothing: the next process goes on with it.',
  },
  internal: {
    retry: 'backoff',
    reason: 'InternalError',
    meaning: 'A defect of Portico. Please report it.',
    remedy: 'Report it with the line of the log. It is tried again meanwhile.',
  },
} as const satisfies Record<ErrorCode, ErrorRule>;

export type ErrorReason = (typeof errorRules)[ErrorCode]['reason'];

export const errorCodes = Object.keys(errorRules) as readonly ErrorCode[];

/** Whether a person hears of it: as a condition of the Service, and an Event. What passes by looking again is not told. */
export const isTold = (code: ErrorCode): boolean => !['soon', 'never'].includes(errorRules[code].retry);

export interface ErrorDetails {
  /** The object the error is about, as a person would name it: `Service default/web`, `forwardingRules/x`. */
  readonly object?: string;
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The one error class. `message` says what happened, to which object, and what to do about it; `code` decides. Messages
 * become log lines, Events and conditions, and quote what others said: no credential is ever in them.
 */
export class PorticoError extends Error {
  override readonly name = 'PorticoError';
  readonly code: ErrorCode;
  readonly object: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(withoutSecrets(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.object = details.object;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The longest wait that another side can impose on us, in milliseconds: as long as our own backoff grows. */
const longestAskedWait = 300_000;

/**
 * Milliseconds for what the other side asked us to wait, in seconds; undefined for what is no such number. One that asks
 * for more than five minutes is asked again after five: a wrong number, or a wrong server, must not stop us for good.
 */
export const askedWait = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && seconds >= 0 ? Math.min(seconds * 1000, longestAskedWait) : undefined;

/** Why work under an aborted signal ended: the signal's reason when that is ours, else `aborted`. */
export const stoppedBy = ({ reason }: AbortSignal): PorticoError =>
  reason instanceof PorticoError
    ? reason
    : new PorticoError('aborted', 'Stopped before it was done.', { cause: reason });

/** Any thrown value as a PorticoError: ours unchanged, an abort as `aborted`, the rest as `internal`. */
export function asPorticoError(error: unknown): PorticoError {
  if (error instanceof PorticoError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return new PorticoError('aborted', 'Stopped before it was done.', { cause: error });
  }
  return new PorticoError('internal', error instanceof Error ? error.message : String(error), { cause: error });
}
