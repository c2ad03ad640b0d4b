import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKubeApi, type KubeApi, type KubeApiOptions } from './api.ts';
import { compressed } from './compress.ts';
import { kubeconfig } from './kubeconfig.ts';

export interface KubeApiServerOptions extends KubeApiOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Serve HTTPS, by a certificate made at the start. kubectl sends no token over plain HTTP. */
  readonly tls?: boolean;
}

export interface KubeApiServer {
  readonly url: string;
  readonly port: number;
  /** YAML of a kubeconfig that kubectl and client libraries accept, with a token; left out, the first of the options. */
  kubeconfig(token?: string): string;
  /** PEM of the authority that clients must trust; without TLS there is none. */
  readonly certificateAuthority?: string;
  /** The same state without sockets. */
  readonly api: KubeApi;
  close(): Promise<void>;
}

/** Starts an API server of an empty cluster. */
export async function startKubeApiServer(options: KubeApiServerOptions = {}): Promise<KubeApiServer> {
  const api = createKubeApi(options);
  const host = options.host ?? '127.0.0.1';
  const { server, certificateAuthority } = await listener(options.tls ? [host] : undefined, (request, response) => {
    void serve(api, request, response);
  });
  // Watches are quiet for as long as nothing happens.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const url = `${options.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const trust = certificateAuthority === undefined ? {} : { certificateAuthority };
  return {
    url,
    port,
    api,
    kubeconfig: (token = options.auth?.tokens?.[0]?.token) =>
      kubeconfig({ url, ...(token === undefined ? {} : { token }), ...trust }),
    ...trust,
    async close() {
      api.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A server by plain HTTP, or by HTTPS under these host names. What certificates need is loaded only then. */
async function listener(
  tlsHosts: readonly string[] | undefined,
  serveRequest: RequestListener,
): Promise<{ readonly server: ReturnType<typeof createServer>; readonly certificateAuthority?: string }> {
  if (!tlsHosts) return { server: createServer(serveRequest) };
  const [https, { newServerCertificate }] = await Promise.all([import('node:https'), import('./certificate.ts')]);
  const { key, cert, authority } = await newServerCertificate(tlsHosts);
  return { server: https.createServer({ key, cert }, serveRequest), certificateAuthority: authority };
}

/** No more of a body is kept: it is refused whatever follows. */
const largestBody = 3 * 1024 * 1024;

/** Given as the reason, because to make one for every request is what aborting costs. */
const answered = new Error('the connection or the answer has ended');

async function serve(api: KubeApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort(answered));
  try {
    const body = await readBody(request);
    const plain = await api.handle({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: singleHeaders(request),
      body,
      signal: gone.signal,
    });
    const answer = await compressed(plain, singleHeaders(request)['accept-encoding']);
    response.writeHead(
      answer.status,
      Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
      ),
    );
    if (answer.body === undefined) {
      response.end();
    } else if (answer.body instanceof Uint8Array) {
      response.end(request.method === 'HEAD' ? undefined : answer.body);
    } else {
      response.flushHeaders();
      for await (const chunk of answer.body) {
        if (!response.write(chunk) && !gone.signal.aborted) await drained(response);
        // What other requests of this turn change goes out in one piece: with many watchers, writing is what takes time.
        await nextTurn();
      }
      response.end();
    }
  } catch {
    // What was said before the cut still arrives.
    if (response.socket) response.socket.destroySoon();
    else response.destroy();
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size <= largestBody + 1) chunks.push(bytes);
  }
  return size === 0 ? undefined : Buffer.concat(chunks);
}

function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** Resolves when what arrived on other sockets by now has been dealt with. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle);
      response.off('close', settle);
      resolve();
    };
    response.on('drain', settle);
    response.on('close', settle);
  });
}
