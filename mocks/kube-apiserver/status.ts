import type { FieldError, KindName } from './kind.ts';
import type { JsonObject } from './json.ts';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal, thrown anywhere below the request handler and answered as a `Status` object. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** `metadata.continue` of the answer: an expired page token is refused with a fresh one. */
  readonly continueToken: string | undefined;
  /** `Warning` headers that go with the refusal (unknown fields of a body that is refused for another reason). */
  warnings: readonly string[] = [];
  /** Further headers of the answer. */
  headers: Readonly<Record<string, string>> = {};

  constructor(code: number, reason: string, message: string, details?: StatusDetails, continueToken?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.continueToken = continueToken;
  }

  withHeaders(headers: Readonly<Record<string, string>>): this {
    this.headers = headers;
    return this;
  }
}

/** The `Status` object of a refusal, keys in the order of the real server. */
export function failureStatus(error: ApiError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: error.continueToken === undefined ? {} : { continue: error.continueToken },
    status: 'Failure',
    message: error.message,
    ...(error.reason === '' ? {} : { reason: error.reason }),
    ...(error.details === undefined ? {} : { details: detailsJson(error.details) }),
    code: error.code,
  };
}

export function detailsJson(details: StatusDetails): JsonObject {
  const { name, group, kind, uid, causes, retryAfterSeconds } = details;
  return {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    ...(kind ? { kind } : {}),
    ...(uid ? { uid } : {}),
    ...(causes && causes.length > 0 ? { causes: causes.map((cause) => ({ ...cause })) } : {}),
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  };
}

/** `services`, or `leases.coordination.k8s.io` outside the core group. */
export function qualifiedPlural(kind: Pick<KindName, 'group' | 'plural'>): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

function pluralDetails(kind: KindName, name: string): StatusDetails {
  return { name, group: kind.group, kind: kind.plural };
}

export function notFound(kind: KindName, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualifiedPlural(kind)} "${name}" not found`, pluralDetails(kind, name));
}

export function alreadyExists(kind: KindName, name: string): ApiError {
  const message = `${qualifiedPlural(kind)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, pluralDetails(kind, name));
}

/** 409: the object changed, a precondition failed, or a manager owns the field. */
export function conflict(kind: KindName, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedPlural(kind)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, pluralDetails(kind, name));
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function forbidden(kind: KindName, name: string, why: string): ApiError {
  const quoted = name === '' ? '' : ` "${name}"`;
  return new ApiError(
    403,
    'Forbidden',
    `${qualifiedPlural(kind)}${quoted} is forbidden: ${why}`,
    pluralDetails(kind, name),
  );
}

/** 422 with one cause per error. Equal messages are joined once in the text, though each stays a cause. */
export function invalid(kind: KindName, name: string, errors: readonly FieldError[]): ApiError {
  const messages = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const joined = messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`;
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new ApiError(422, 'Invalid', `${qualified} "${name}" is invalid: ${joined}`, {
    name,
    group: kind.group,
    kind: kind.kind,
    causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}

/** A path below a version that is served, to which no resource belongs. */
export function unknownResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}
