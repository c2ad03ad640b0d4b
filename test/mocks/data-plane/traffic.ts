import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a pod says of itself and its client. */
export interface Answer {
  readonly status: number;
  readonly pod: string;
  readonly node: string;
  readonly client: { readonly address: string; readonly port: number };
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Client {
  /** The loopback address to come from. */
  readonly from?: string;
  readonly fromPort?: number;
  readonly method?: string;
  /** How long to wait for an answer. Default: for ever. */
  readonly patienceMs?: number;
}

/** One HTTP request over a connection of its own. Rejects when the connection is refused or reset. */
export async function get(url: string, { from, fromPort, patienceMs, method = 'GET' }: Client = {}): Promise<Answer> {
  const asked = request(url, {
    method,
    agent: false,
    headers: { accept: 'application/json' },
    ...(from === undefined ? {} : { localAddress: from }),
    ...(fromPort === undefined ? {} : { localPort: fromPort }),
    ...(patienceMs === undefined ? {} : { signal: AbortSignal.timeout(patienceMs) }),
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await text(response);
  return {
    ...(body.startsWith('{') ? (JSON.parse(body) as Answer) : ({} as Answer)),
    status: response.statusCode ?? 0,
  };
}

/** The answer, or the code of the error. */
export const outcome = (url: string, client?: Client): Promise<Answer | string> =>
  get(url, client).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);

/** What comes back of a text sent over TCP. */
export async function echoTcp(host: string, port: number, message: string): Promise<string> {
  const socket = connect(port, host);
  socket.end(message);
  return text(socket);
}

/** What comes back of a datagram, and from where. */
export async function echoUdp(host: string, port: number, message: string): Promise<string> {
  const socket = createSocket('udp4');
  socket.send(message, port, host);
  try {
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer.toString();
  } finally {
    socket.close();
  }
}
