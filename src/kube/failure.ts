import { askedWait, type ErrorCode, PorticoError } from '../errors.ts';
import { beginningOf } from '../text-within.ts';
import { isObject, type JsonObject } from './answer.ts';
import type { KubeResponse } from './transport.ts';

/** Kubernetes' `Status` as far as it decides anything. */
interface Status {
  /** False for what is no Status: whoever said it is not the API server. */
  readonly own: boolean;
  readonly message: string;
  readonly reason: unknown;
  readonly retryAfterSeconds: unknown;
  readonly hasCauses: boolean;
}

/** In bytes; of a longer refusal the rest is not read. */
const longestStatus = 64 * 1024;

/** In characters, of what the API server says. */
const longestQuote = 2000;

/** What was asked, as a person would say it: `list services`, `patch Service default/web`. */
export async function failureOf(response: KubeResponse, what: string): Promise<PorticoError> {
  const status = parse(await beginningOf(response.body, longestStatus));
  const header = response.headers['retry-after'];
  return classify(response.status, status, what, header === undefined ? undefined : Number(header));
}

/** The error for a Status that came as an event of a watch. */
export const failureOfStatus = (object: JsonObject, what: string): PorticoError => {
  const { code } = object;
  return classify(typeof code === 'number' ? code : 500, statusIn(object), what, undefined);
};

function classify(http: number, status: Status, what: string, retryAfterHeader: number | undefined): PorticoError {
  const retryAfterMs = askedWait(status.retryAfterSeconds) ?? askedWait(retryAfterHeader);
  const code = codeOf(http, status);
  const said = status.message === '' ? '' : `: ${status.message.slice(0, longestQuote)}`;
  return new PorticoError(
    code,
    `The API server refused to ${what} (HTTP ${http}${said}).${remedies[code] ?? ''}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function codeOf(http: number, status: Status): ErrorCode {
  // A proxy's page of 404 does not mean that an object is gone: what it is about only the API server knows.
  if (!status.own && ![401, 403, 429].includes(http)) return 'transient';
  switch (http) {
    case 400:
    case 405:
    case 406:
    case 415:
      return 'internal';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'denied';
    case 404:
      return 'not-found';
    case 409:
      return status.reason === 'AlreadyExists' ? 'exists' : 'stale';
    case 410:
      return 'stale';
    case 422:
      // A failed `test` of a JSON patch names no cause; a validation does.
      return status.hasCauses ? 'invalid' : 'stale';
    case 429:
      return 'throttled';
    default:
      return 'transient';
  }
}

const remedies: Partial<Record<ErrorCode, string>> = {
  unauthenticated:
    ' Its credentials are missing, wrong or expired: check the user of the kubeconfig, or the token of the service account.',
  denied:
    ' The account may not: grant it get, list and watch on services and nodes, patch on services/status, create and patch on events, and get, create and patch on its leases.',
};

function parse(text: string): Status {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return statusIn(parsed);
  } catch {
    // A proxy's page is quoted as it is.
  }
  return { own: false, message: text.slice(0, 200), reason: undefined, retryAfterSeconds: undefined, hasCauses: false };
}

function statusIn({ kind, message, reason, details }: JsonObject): Status {
  const { retryAfterSeconds, causes } = isObject(details) ? details : {};
  return {
    own: kind === 'Status',
    message: typeof message === 'string' ? message : '',
    reason,
    retryAfterSeconds,
    hasCauses: Array.isArray(causes) && causes.length > 0,
  };
}
