import { askedWait, type ErrorCode, PorticoError } from '../../../src/errors.ts';
import type { Body } from './calls.ts';
import { isBody, list, number, record, text } from './fields.ts';
import type { HttpAnswer } from './transport.ts';

/**
 * What an error of the API means, by HTTP status and reason: the first row that fits. Never by the message, which
 * changes without notice. https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-api-errors
 */
export const httpRules: readonly {
  readonly status: number;
  readonly reason?: string;
  readonly code: ErrorCode;
}[] = [
  { status: 400, reason: 'resourceInUseByAnotherResource', code: 'in-use' },
  { status: 400, reason: 'resourceNotReady', code: 'transient' },
  { status: 400, reason: 'memberAlreadyExists', code: 'exists' },
  { status: 400, code: 'invalid' },
  { status: 401, code: 'unauthenticated' },
  { status: 403, reason: 'quotaExceeded', code: 'quota' },
  { status: 403, reason: 'rateLimitExceeded', code: 'throttled' },
  { status: 403, reason: 'userRateLimitExceeded', code: 'throttled' },
  { status: 403, reason: 'concurrentLimitExceeded', code: 'throttled' },
  { status: 403, code: 'denied' },
  { status: 404, code: 'not-found' },
  { status: 408, code: 'unreachable' },
  { status: 409, reason: 'alreadyExists', code: 'exists' },
  { status: 409, reason: 'resourceInUseByAnotherResource', code: 'in-use' },
  { status: 409, code: 'transient' },
  { status: 410, code: 'not-found' },
  { status: 412, code: 'stale' },
  { status: 413, code: 'invalid' },
  { status: 429, reason: 'quotaExceeded', code: 'quota' },
  { status: 429, code: 'throttled' },
  { status: 501, code: 'unsupported' },
];

/** The same for the error of a finished operation, by its code. */
export const operationRules: Readonly<Record<string, ErrorCode>> = {
  QUOTA_EXCEEDED: 'quota',
  LIMIT_EXCEEDED: 'quota',
  RATE_LIMIT_EXCEEDED: 'throttled',
  RESOURCE_OPERATION_RATE_EXCEEDED: 'throttled',
  RESOURCE_IN_USE_BY_ANOTHER_RESOURCE: 'in-use',
  IP_IN_USE_BY_ANOTHER_RESOURCE: 'in-use',
  RESOURCE_ALREADY_EXISTS: 'exists',
  RESOURCE_NOT_FOUND: 'not-found',
  RESOURCE_NOT_READY: 'transient',
  CONDITION_NOT_MET: 'stale',
  PERMISSIONS_ERROR: 'denied',
  FORBIDDEN: 'denied',
  INVALID_FIELD_VALUE: 'invalid',
  INVALID_PARAMETER: 'invalid',
  INVALID_USAGE: 'invalid',
  BAD_REQUEST: 'invalid',
  UNSUPPORTED_OPERATION: 'unsupported',
  INTERNAL_ERROR: 'transient',
};

export function codeOfHttp(status: number, reason: string | undefined): ErrorCode {
  const rule = httpRules.find((row) => row.status === status && (row.reason === undefined || row.reason === reason));
  if (rule) return rule.code;
  if (status >= 500) return 'transient';
  return status >= 400 ? 'invalid' : 'transient';
}

export function codeOfOperation(errorCode: string, status: number | null): ErrorCode {
  return operationRules[errorCode] ?? (status === null || status < 400 ? 'transient' : codeOfHttp(status, undefined));
}

/** People stop reading long before, and it ends up in log lines. */
const longestQuote = 2000;
const quoted = (said: string): string => (said.length <= longestQuote ? said : `${said.slice(0, longestQuote - 1)}…`);

/** The error that an answer with a status of 300 or more stands for. */
export function errorOfAnswer(answer: HttpAnswer, object: string): PorticoError {
  const { own, reason, message } = reasonOf(answer.body);
  const read = codeOfHttp(answer.status, reason);
  const code = own || ofAnybody.has(read) ? read : 'transient';
  const said = quoted(message ?? 'no explanation');
  // A date is not used by this API and is ignored.
  const header = answer.headers['retry-after'];
  const retryAfterMs = header === undefined ? undefined : askedWait(Number(header));
  return new PorticoError(code, `${object}: the Compute API answered ${answer.status}: ${said}`, {
    object,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The error of an operation that is DONE, or undefined when it succeeded. */
export function errorOfOperation(operation: Body, object: string): PorticoError | undefined {
  const errors = list(record(operation, 'error'), 'errors');
  const [first] = errors;
  if (first === undefined) return undefined;
  const status = operation['httpErrorStatusCode'];
  const code = codeOfOperation(text(first, 'code') ?? '', typeof status === 'number' ? status : null);
  const said = errors.map((each) => text(each, 'message') ?? text(each, 'code') ?? '').join('; ');
  return new PorticoError(code, `${object}: the operation failed: ${quoted(said)}`, { object });
}

/**
 * What anybody in between may say. All else is about a resource, which only the API knows of: a proxy's page of 404 does
 * not mean that something is gone.
 */
const ofAnybody: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'denied', 'throttled', 'unreachable']);

interface Explanation {
  /** Whether the body is of the form that the API gives its errors. */
  readonly own: boolean;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

function reasonOf(body: string): Explanation {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { own: false };
  }
  if (!isBody(parsed)) return { own: false };
  const error = record(parsed, 'error');
  const info = list(error, 'details').find((detail) => text(detail, '@type')?.endsWith('ErrorInfo') === true);
  const reason = text(list(error, 'errors')[0] ?? {}, 'reason') ?? (info ? text(info, 'reason') : null);
  return {
    own: number(error, 'code') !== null,
    reason: reason ?? undefined,
    message: text(error, 'message') ?? undefined,
  };
}
