import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../src/clock.ts';
import type { Protocol } from '../packet.ts';

export interface EchoPort {
  readonly port: number;
  readonly protocol: Protocol;
}

export interface EchoServerOptions {
  /** On the wire. */
  readonly address: string;
  readonly ports: readonly EchoPort[];
  readonly clock: Clock;
  /** Answers an HTTP request; the connection closes after it when the server is stopping. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface EchoServer {
  /** Takes no more connections, lets open requests end, and resolves when none is left or the time is over. */
  stop(graceMs: number): Promise<void>;
  /** Ends at once; connections are reset. */
  kill(): void;
}

/** Looks like the request line of HTTP. */
const http = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /;

/** Serves HTTP and raw echo on the same TCP ports, told apart by their first bytes, and echo on UDP ports. */
export async function startEchoServer({ address, ports, clock, answer }: EchoServerOptions): Promise<EchoServer> {
  const servers: Server[] = [];
  const datagrams: UdpSocket[] = [];
  const open = new Map<Socket, { busy: boolean }>();
  let stopping = false;
  let noneLeft = (): void => undefined;

  const web = createHttpServer((request, response) => {
    const state = open.get(request.socket);
    if (state) state.busy = true;
    if (stopping) response.setHeader('connection', 'close');
    response.on('close', () => {
      if (state) state.busy = false;
      if (stopping) request.socket.end();
    });
    answer(request, response);
  });

  function accept(socket: Socket): void {
    open.set(socket, { busy: false });
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      if (open.size === 0) noneLeft();
    });
    socket.once('data', (first: Buffer) => {
      // The next reader takes over a paused socket, is given back what was read, and then goes on.
      socket.pause();
      if (http.test(first.toString('latin1', 0, 10))) web.emit('connection', socket);
      else {
        open.set(socket, { busy: true });
        socket.pipe(socket);
      }
      socket.unshift(first);
      process.nextTick(() => socket.resume());
    });
  }

  function close(): void {
    for (const server of servers.splice(0)) server.close();
    for (const socket of datagrams.splice(0)) socket.close();
  }
  const kill = (): void => {
    close();
    for (const socket of open.keys()) socket.resetAndDestroy();
  };

  try {
    for (const { port, protocol } of ports) {
      if (protocol === 'TCP') {
        const server = createServer({ allowHalfOpen: true }, accept);
        servers.push(server);
        server.listen(port, address);
        await once(server, 'listening');
      } else {
        const socket = createSocket('udp4', (message, from) => socket.send(message, from.port, from.address));
        datagrams.push(socket);
        socket.bind(port, address);
        await once(socket, 'listening');
        socket.on('error', () => undefined);
      }
    }
  } catch (error) {
    close();
    throw error;
  }

  return {
    kill,
    async stop(graceMs) {
      stopping = true;
      close();
      for (const [socket, { busy }] of open) if (!busy) socket.end();
      if (open.size > 0) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(graceMs, resolve);
          noneLeft = () => {
            cancel();
            resolve();
          };
        });
      }
      kill();
    },
  };
}
