import { createServer, type ServerResponse } from 'node:http';
import { PorticoError } from '../errors.ts';
import type { ListenAddress } from '../settings.ts';

/** What the endpoint answers with, asked anew for each request. */
export interface Health {
  /** The process is not stuck. */
  readonly alive: () => boolean;
  /** Caches are filled and the controller works. */
  readonly ready: () => boolean;
  /** Metrics in Prometheus' text format. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface Endpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /healthz, /readyz and /metrics. Throws `invalid` when the address cannot be listened on. */
export async function serveHealth({ host, port }: ListenAddress, health: Health): Promise<Endpoint> {
  const server = createServer((request, response) => {
    // Not parsed as a URL: that throws for odd ones, and this is open to whoever reaches the port.
    void answer(request.url?.split('?')[0] ?? '/', response, health);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const remedy = cause.code === 'EADDRINUSE' ? 'something else listens there' : cause.message;
      reject(
        new PorticoError(
          'invalid',
          `Cannot serve metrics on ${host}:${port}: ${remedy}. Give another --metrics-addr, or off.`,
          { cause },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(path: string, response: ServerResponse, health: Health): Promise<void> {
  const state = (good: boolean): void => {
    response.writeHead(good ? 200 : 503, { 'content-type': 'text/plain' }).end(good ? 'ok\n' : 'not yet\n');
  };
  switch (path) {
    case '/healthz':
      state(health.alive());
      return;
    case '/readyz':
      state(health.ready());
      return;
    case '/metrics': {
      try {
        const { contentType, text } = await health.metrics();
        response.writeHead(200, { 'content-type': contentType }).end(text);
      } catch {
        response.writeHead(500).end('the metrics cannot be collected\n');
      }
      return;
    }
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found: try /healthz, /readyz or /metrics\n');
  }
}
