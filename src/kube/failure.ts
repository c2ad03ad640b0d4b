import { type ErrorCode, PorticoError } from '../errors.ts';
import { type KubeResponse, textOf } from './transport.ts';

/** Kubernetes' `Status` as far as it decides anything. */
interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: readonly unknown[] };
}

/** What was asked, as a person would say it: `list services`, `patch Service default/web`. */
export async function failureOf(response: KubeResponse, what: string): Promise<PorticoError> {
  const status = parse(await textOf(response));
  return classify(response.status, status, what, Number(response.headers['retry-after']));
}

/** The error for a Status that came as an event of a watch. */
export const failureOfStatus = (object: unknown, what: string): PorticoError => {
  const status = object as Status & { readonly code?: number };
  return classify(status.code ?? 500, status, what, Number.NaN);
};

function classify(http: number, status: Status, what: string, retryAfterHeader: number): PorticoError {
  const seconds = status.details?.retryAfterSeconds ?? retryAfterHeader;
  const code = codeOf(http, status);
  const said = status.message ? `: ${status.message}` : '';
  return new PorticoError(
    code,
    `The API server refused to ${what} (HTTP ${http}${said}).${remedies[code] ?? ''}`,
    Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {},
  );
}

function codeOf(http: number, status: Status): ErrorCode {
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
      return (status.details?.causes ?? []).length === 0 ? 'stale' : 'invalid';
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
    return typeof parsed === 'object' && parsed !== null ? parsed : { message: text };
  } catch {
    return { message: text.slice(0, 200) };
  }
}
