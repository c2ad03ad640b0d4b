import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { noAuthorization } from '../../../../providers/gce/compute/credentials.ts';
import { httpTransport } from '../../../../providers/gce/compute/http.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answerOf(listener: RequestListener): Promise<unknown> {
  server = createServer(listener);
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const transport = httpTransport({ origin: `http://127.0.0.1:${port}`, authorization: noAuthorization });
  try {
    return await transport.send({ method: 'GET', path: '/x', headers: {} }, new AbortController().signal);
  } catch (error) {
    return error;
  } finally {
    await transport.close();
  }
}

it('an answer without end is given up, and its connection closed', async () => {
  const closed = Promise.withResolvers<number>();
  const piece = 'x'.repeat(1 << 20);
  const error = await answerOf((_request, response) => {
    let sent = 0;
    const more = (): void => {
      do sent += piece.length;
      while (response.write(piece) && !response.destroyed);
    };
    response.on('drain', more).on('close', () => closed.resolve(sent));
    more();
  });
  expect(error).toMatchObject({ code: 'transient', message: expect.stringContaining('longer than 64 MiB') });
  expect(await closed.promise).toBeLessThan(80 * 2 ** 20);
});

it('an answer that is cut off is none', async () => {
  const error = await answerOf((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"kind":', () => response.destroy());
  });
  expect(error).toMatchObject({ code: 'unreachable' });
});
