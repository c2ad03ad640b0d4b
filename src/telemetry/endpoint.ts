import { createServer, type ServerResponse } from 'node:http';
import { PorticoError } from '../errors.ts';
import type { ListenAddress } from '../settings.ts';

/** What this process is there for, and whether it does it. */
export interface Readiness {
  /** It works with Services and Nodes known, or stands by for the process that does. */
  readonly ready: boolean;
  /** `alone`: without leader election. `starting`: nobody is known to hold the Lease yet. */
  readonly role: 'starting' | 'leader' | 'standby' | 'alone';
  /** Services and Nodes are known; a standby learns them when it takes over. */
  readonly synced: boolean;
  /** When a pass last ended with nothing left to do, in milliseconds since the epoch. */
  readonly lastSuccess: number | null;
}

/** What the endpoint answers with, asked anew for each request. */
export interface Health {
  readonly readiness: () => Readiness;
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

const plain = { 'content-type': 'text/plain; charset=utf-8' };

const described = ({ ready, role, synced, lastSuccess }: Readiness): string =>
  [
    ready ? 'ready' : 'not ready',
    `role: ${role}`,
    `synced: ${synced ? 'yes' : role === 'standby' ? 'no, a standby has nothing to know' : 'not yet'}`,
    `last success: ${lastSuccess === null ? 'none yet' : new Date(lastSuccess).toISOString()}`,
    '',
  ].join('\n');

async function answer(path: string, response: ServerResponse, health: Health): Promise<void> {
  switch (path) {
    case '/healthz':
      // A process whose event loop is stuck does not come to this line: that it answers is the answer.
      response.writeHead(200, plain).end('ok\n');
      return;
    case '/readyz': {
      const readiness = health.readiness();
      response.writeHead(readiness.ready ? 200 : 503, plain).end(described(readiness));
      return;
    }
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
      response.writeHead(404, plain).end('not found: try /healthz, /readyz or /metrics\n');
  }
}
