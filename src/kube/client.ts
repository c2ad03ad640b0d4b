import { Agent, type Dispatcher, ProxyAgent, request as send } from 'undici';
import type { Clock } from '../clock.ts';
import { PorticoError, stoppedBy } from '../errors.ts';
import { clusterAccess, type TlsSettings } from './kubeconfig.ts';
import type { KubeResponse, KubeTransport } from './transport.ts';

export interface KubeClientOptions {
  /** Path of a kubeconfig; left out, the usual places and the Pod's service account. */
  readonly kubeconfig?: string | undefined;
  readonly clock: Clock;
  readonly userAgent: string;
}

export interface KubeClient extends KubeTransport {
  /** The namespace of the kubeconfig's context, or of the Pod. */
  readonly namespace: string;
}

/**
 * The transport to a real API server. Configuration and credentials are read by the Kubernetes client library; requests
 * go over one shared pool of connections, because the library itself opens a new one for each.
 */
export function kubeClient({ kubeconfig, clock, userAgent }: KubeClientOptions): KubeClient {
  const access = clusterAccess(kubeconfig, clock);
  const proxy = access.proxy;
  let pool: { readonly agent: Dispatcher; readonly tls: TlsSettings; readonly text: string } | undefined;

  const agentFor = (tls: TlsSettings): Dispatcher => {
    if (pool?.tls === tls) return pool.agent;
    const text = JSON.stringify(tls);
    const same = pool?.text === text;
    // Requests on the old pool end by themselves: `close` waits for them.
    if (!same) pool?.agent.close().catch(() => undefined);
    pool = { agent: same && pool ? pool.agent : newAgent(tls, proxy), tls, text };
    return pool.agent;
  };

  return {
    namespace: access.namespace,
    request: async ({ method, path, query, body, contentType, signal }) => {
      if (signal.aborted) throw stoppedBy(signal);
      const { headers, tls } = await access.credentials();
      const search = new URLSearchParams(query).toString();
      let answer: Dispatcher.ResponseData;
      try {
        answer = await send(`${access.server}${path}${search === '' ? '' : `?${search}`}`, {
          dispatcher: agentFor(tls),
          method,
          headers: {
            accept: 'application/json',
            'user-agent': userAgent,
            ...(contentType === null ? {} : { 'content-type': contentType }),
            ...headers,
          },
          body,
          signal,
        });
      } catch (error) {
        throw unreachable(error, access.server, access.origin, signal);
      }
      if (answer.statusCode === 401) access.renew();
      return response(answer, (error) => unreachable(error, access.server, access.origin, signal));
    },
    close: async () => {
      await pool?.agent.destroy();
    },
  };
}

/** Watches may be silent for minutes, so bodies have no timeout here; the list-watch has its own. */
function newAgent(tls: TlsSettings, proxy: string | undefined): Dispatcher {
  const timeouts = { bodyTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 30_000 };
  const connect = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (proxy !== undefined) return new ProxyAgent({ uri: proxy, requestTls: { ...tls, ...connect }, ...timeouts });
  return new Agent({ connect: { ...tls, ...connect }, ...timeouts });
}

function response(answer: Dispatcher.ResponseData, failed: (error: unknown) => PorticoError): KubeResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: answer.statusCode, headers, body: pieces(answer.body, failed) };
}

async function* pieces(
  body: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => PorticoError,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failed(error);
  }
}

function unreachable(error: unknown, server: string, origin: string, signal: AbortSignal): PorticoError {
  if (signal.aborted) return stoppedBy(signal);
  if (error instanceof PorticoError) return error;
  const why = error instanceof Error ? reasonOf(error) : String(error);
  return new PorticoError(
    'unreachable',
    `The API server at ${server} (from ${origin}) cannot be reached: ${why}. Check that it runs and that its address, certificate authority and proxy are right.`,
    { cause: error },
  );
}

const reasonOf = (error: Error & { readonly code?: unknown }): string =>
  error.message || (typeof error.code === 'string' ? error.code : error.name);
