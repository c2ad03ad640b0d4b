import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Proxied {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

export interface RecordingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Hands every request on to `target`. Whatever changes something is shown to `beforeWrite` first, and waits for it. */
export async function recordingProxy(
  target: string,
  isWrite: (request: Proxied) => boolean,
  beforeWrite: (request: Proxied, body: string) => Promise<void>,
): Promise<RecordingProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const proxied = { method, path: url.replace(/\?.*/, '') };
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const pass = async (): Promise<void> => {
        if (isWrite(proxied)) await beforeWrite(proxied, body.toString());
        const outgoing = forward({ hostname, port, method, path: url, headers }, (found) => {
          answer.writeHead(found.statusCode ?? 502, found.headers);
          found.pipe(answer);
        });
        outgoing.on('error', () => answer.destroy());
        answer.on('close', () => outgoing.destroy());
        outgoing.end(body);
      };
      pass().catch(() => answer.destroy());
    });
    incoming.on('error', () => answer.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
