import type { Clock } from '../../src/clock.ts';
import { decideFault, type FaultEffect, type FaultRule } from '../faults.ts';
import { type Administered, adminAnswer } from './admin.ts';
import { ApiError, badRequest, errorBody } from './api-error.ts';
import { joinBatch, splitBatch } from './batch.ts';
import type { CallLog } from './call-log.ts';
import type { ComputeApi } from './compute-api.ts';
import { checkCredentials } from './credentials.ts';
import { createSelection } from './field-mask.ts';
import type { Random } from './random.ts';
import type { RateLimits } from './rate-limits.ts';
import { findRoute, type Route, type World } from './router.ts';
import { ConnectionDropped, type GceRequest, type GceResponse, PageError } from './wire.ts';

export interface FrontParts {
  readonly world: World;
  readonly api: ComputeApi;
  readonly clock: Clock;
  readonly calls: CallLog;
  readonly random: Random;
  readonly limits: RateLimits;
  readonly tokens: readonly string[] | undefined;
  readonly admin: Omit<Administered, 'calls' | 'setFaults' | 'faults'>;
}

export interface Front {
  readonly handle: (request: GceRequest) => Promise<GceResponse>;
  readonly setFaults: (rules: readonly FaultRule[]) => void;
}

const encoder = new TextEncoder();

export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): GceResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    body: encoder.encode(JSON.stringify(body)),
  };
}

const refusal = (error: ApiError): GceResponse => {
  const wait = error.retryAfterSeconds;
  return jsonResponse(error.status, errorBody(error), {
    ...(wait === undefined ? {} : { 'retry-after': String(wait) }),
    ...(error.status === 401 ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' } : {}),
  });
};

function webPage({ status, message }: PageError): GceResponse {
  const title = `Error ${status}`;
  const text = `<!DOCTYPE html>\n<html lang=en><title>${title}</title><p><b>${status}.</b> ${message}</p></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: encoder.encode(text) };
}

/** Links in an answer name the version of the API that was asked. */
function inVersion(version: string, response: GceResponse): GceResponse {
  if (version === 'v1') return response;
  const text = new TextDecoder().decode(response.body).replaceAll('/compute/v1/', `/compute/${version}/`);
  return { ...response, body: encoder.encode(text) };
}

const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

/** What stands between the wire and the rules: counting, limits, faults, batches, the form of answers. */
export function createFront({ world, api, clock, calls, random, limits, tokens, admin }: FrontParts): Front {
  let faults: readonly FaultRule[] = [];
  let seen: readonly number[] = [];

  const setFaults = (rules: readonly FaultRule[]) => {
    faults = rules;
    seen = [];
  };
  const faultFor = (method: string, path: string): FaultEffect | undefined => {
    const decision = decideFault(faults, seen, { method, path }, random.next);
    seen = decision.seen;
    return decision.effect;
  };

  async function work(
    request: GceRequest,
    route: Route,
    url: URL,
    effect: FaultEffect | undefined,
  ): Promise<GceResponse> {
    const { code, message, httpStatus } = effect?.type === 'fail-operation' ? effect : {};
    const failure =
      code === undefined || message === undefined || httpStatus === undefined
        ? undefined
        : { code, message, httpStatus };
    const { body, signal } = request;
    const select = createSelection(url.searchParams.get('fields'));
    const answer = await api({ route, query: url.searchParams, body, signal, failure });
    if (answer === undefined) return { status: 204, headers: {}, body: new Uint8Array() };
    return inVersion(route.version, jsonResponse(200, select(answer)));
  }

  async function early(effect: FaultEffect | undefined, signal: AbortSignal): Promise<GceResponse | undefined> {
    switch (effect?.type) {
      case 'error': {
        const { status, reason = 'backendError', message = `Fault: HTTP ${status}.`, retryAfterSeconds } = effect;
        return refusal(new ApiError(status, reason, message, retryAfterSeconds));
      }
      case 'garbage': {
        const page = effect.body ?? '<!DOCTYPE html><html><body><h1>Bad Gateway</h1></body></html>';
        return { status: effect.status ?? 502, headers: { 'content-type': 'text/html' }, body: encoder.encode(page) };
      }
      case 'delay':
        await clock.sleep(effect.ms, signal);
        break;
      case 'drop':
        if (effect.when === 'before') throw new ConnectionDropped('dropped before the work');
        break;
      case 'stall':
        if (effect.when === 'before') await forever(signal);
        break;
      case 'fail-operation':
      case undefined:
        break;
    }
    return undefined;
  }

  async function serve(request: GceRequest, url: URL): Promise<GceResponse> {
    const route = findRoute(world, request.method, url);
    const call = calls.open(route.method.id, request.method, request.path);
    const answer = async (): Promise<GceResponse> => {
      checkCredentials(tokens, request.headers['authorization']);
      limits.take(call.class);
      const effect = faultFor(route.method.id, request.path);
      const instead = await early(effect, request.signal);
      if (instead !== undefined) return instead;
      const response = await work(request, route, url, effect);
      if (effect?.type === 'drop') throw new ConnectionDropped('dropped after the work');
      if (effect?.type === 'stall') await forever(request.signal);
      return response;
    };
    const response = await refusing(answer);
    call.status = response.status;
    return response;
  }

  async function serveBatch(request: GceRequest): Promise<GceResponse> {
    if (request.body === undefined) throw badRequest('Failed to parse batch request: no body.');
    const answers = [];
    for (const { contentId, ...part } of splitBatch(request.headers['content-type'] ?? '', request.body)) {
      const { authorization = '' } = request.headers;
      const headers = { ...(authorization === '' ? {} : { authorization }), ...part.headers };
      const response = await handle({ ...part, headers, signal: request.signal });
      answers.push({ contentId, ...response });
    }
    const { contentType, body } = joinBatch(answers);
    return { status: 200, headers: { 'content-type': contentType }, body };
  }

  async function handle(request: GceRequest): Promise<GceResponse> {
    return refusing(async () => {
      const url = new URL(request.path, 'http://compute');
      if (url.pathname.startsWith('/_portico/')) {
        return adminAnswer({ ...admin, calls, setFaults, faults: () => faults }, request, url);
      }
      if (url.pathname.startsWith('/batch')) return serveBatch(request);
      return serve(request, url);
    });
  }

  return { handle, setFaults };
}

/** Rules refuse by throwing; on the wire that is an answer like any other. */
async function refusing(answer: () => Promise<GceResponse>): Promise<GceResponse> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ApiError) return refusal(error);
    if (error instanceof PageError) return webPage(error);
    throw error;
  }
}
