import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpCall {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly body: string;
}

/** Says what becomes of a call: `cut` breaks the connection there and then. */
export type Passage = 'pass' | 'cut';

export interface Gate {
  /** Before anything of the call arrives. Gives what is asked when the answer is there, all work done. */
  arrive(call: HttpCall): Promise<'cut' | ((answer: string) => Promise<Passage>)>;
}

export interface Tap {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands in the wire between a client and a server, both of which notice nothing, and shows each call to the gate. */
export async function tap(target: string, gate: Gate): Promise<Tap> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    relay(target, gate, agent, request, response).catch(() => response.destroy());
  });
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

async function relay(
  target: string,
  gate: Gate,
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request;
  const body = await bytesOf(request);
  const onAnswer = await gate.arrive({ method, path, body: body.toString() });
  if (onAnswer === 'cut') {
    response.destroy();
    return;
  }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = httpRequest(new URL(path, target), { method, headers, agent }, resolve);
    onward.once('error', reject);
    // A wait or a watch ends with whoever asked.
    response.once('close', () => onward.destroy());
    onward.end(body);
  });
  const { statusCode = 502, headers: given } = answer;
  if (isWatch(path)) {
    response.writeHead(statusCode, given).flushHeaders();
    answer.once('error', () => response.destroy());
    answer.pipe(response);
    return;
  }
  const content = await bytesOf(answer);
  if ((await onAnswer(content.toString())) === 'cut') response.destroy();
  else response.writeHead(statusCode, given).end(content);
}

const isWatch = (path: string): boolean => /[?&]watch=(true|1)(&|$)/.test(path);

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
