/** A refusal, as the Compute API words it. Thrown by the rules, turned into the answer by the cloud. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** `errors[0].reason`, lower camel case. */
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Canonical names that go with an HTTP status, as in google.rpc.Code. */
const canonical: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

/** The front end refuses malformed requests itself, and only it names the canonical status. */
const frontEndReasons: readonly string[] = ['badRequest', 'rateLimitExceeded', 'backendError'];

export function errorBody({ status, reason, message }: ApiError) {
  const named = status === 401 || frontEndReasons.includes(reason) ? { status: canonical[status] ?? 'UNKNOWN' } : {};
  const where = status === 401 ? { location: 'Authorization', locationType: 'header' } : {};
  return { error: { code: status, message, errors: [{ message, domain: 'global', reason, ...where }], ...named } };
}

/** The code an operation shows for the same refusal: `quotaExceeded` → `QUOTA_EXCEEDED`. */
export const operationCode = (reason: string): string => reason.replace(/([A-Z])/g, '_$1').toUpperCase();

export const notFound = (path: string): ApiError =>
  new ApiError(404, 'notFound', `The resource '${path}' was not found`);

export const alreadyExists = (path: string): ApiError =>
  new ApiError(409, 'alreadyExists', `The resource '${path}' already exists`);

/** Another operation is creating, changing or deleting it. */
export const notReady = (path: string): ApiError =>
  new ApiError(400, 'resourceNotReady', `The resource '${path}' is not ready`);

export const inUse = (noun: string, path: string, user: string): ApiError =>
  new ApiError(
    400,
    'resourceInUseByAnotherResource',
    `The ${noun} resource '${path}' is already being used by '${user}'`,
  );

/** `field` from the request's root: `resource.portRange`. */
export const invalidField = (field: string, value: unknown, why: string): ApiError =>
  new ApiError(400, 'invalid', `Invalid value for field '${field}': '${show(value)}'. ${why}`);

export const requiredField = (field: string): ApiError =>
  new ApiError(400, 'required', `Required field '${field}' not specified`);

export const invalid = (message: string): ApiError => new ApiError(400, 'invalid', message);

export const badRequest = (message: string): ApiError => new ApiError(400, 'badRequest', message);

export const conditionNotMet = (): ApiError => new ApiError(412, 'conditionNotMet', 'Invalid fingerprint.');

const show = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
