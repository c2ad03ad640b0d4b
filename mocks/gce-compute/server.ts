import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { systemClock } from '../../src/clock.ts';
import { createGceCloud, type GceCloud, type GceCloudOptions } from './cloud.ts';
import { ConnectionDropped } from './wire.ts';

export interface GceComputeOptions extends Partial<GceCloudOptions> {
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

export interface GceComputeServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly cloud: GceCloud;
  /** Ends what is going on (waits are cut) and resolves when the port is free. */
  readonly close: () => Promise<void>;
}

/** The Compute API over HTTP: a thin edge around the cloud. Rejects when the port is taken. */
export async function startGceCompute(options: GceComputeOptions = {}): Promise<GceComputeServer> {
  const { port = 0, host = '127.0.0.1', ...rest } = options;
  const cloud = createGceCloud({ clock: systemClock, ...rest });
  const closing = new AbortController();
  const server = createServer((request, response) => {
    answer(cloud, request, response, closing.signal).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host}:${bound}`,
    port: bound,
    cloud,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        closing.abort(new Error('the server is closing'));
        server.closeAllConnections();
      }),
  };
}

/** Of a request's body. No resource comes near it. */
const mostBytes = 10 * 1024 * 1024;

async function answer(cloud: GceCloud, request: IncomingMessage, response: ServerResponse, closing: AbortSignal) {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client went away')));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).byteLength;
    // The rest is read and thrown away, so that the client gets to see the answer.
    if (size <= mostBytes) chunks.push(chunk);
  }
  if (size > mostBytes) {
    response.writeHead(413, { 'content-type': 'text/html; charset=UTF-8', connection: 'close' });
    response.end(
      '<!DOCTYPE html>\n<html lang=en><title>Error 413</title><p>Your client issued a request that was too large.</p></html>\n',
    );
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  try {
    const {
      status,
      headers: given,
      body,
    } = await cloud.handle({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers,
      body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
      signal: AbortSignal.any([closing, gone.signal]),
    });
    response.writeHead(status, { ...given, 'content-length': body.byteLength }).end(body);
  } catch (error) {
    if (error instanceof ConnectionDropped || closing.aborted || gone.signal.aborted) request.socket.destroy();
    else
      response.writeHead(500, { 'content-type': 'text/plain' }).end(error instanceof Error ? (error.stack ?? '') : '');
  }
}
