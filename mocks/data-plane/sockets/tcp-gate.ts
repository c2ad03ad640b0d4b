import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../src/clock.ts';
import type { AddressPlan } from '../address-plan.ts';
import type { Forward, NodeAnswer, Packet, Verdict } from '../packet.ts';
import type { Tracks } from './tracks.ts';

export interface GateOptions {
  readonly clock: Clock;
  readonly plan: AddressPlan;
  readonly tracks: Tracks;
  /** How long a dropped connection stays without an answer before it is reset. The kernel has accepted it by then. */
  readonly dropMs: number;
  /** Told of each flow, when its verdict is there. */
  readonly told: (packet: Packet, verdict: Verdict) => void;
}

/** A server that hands each connection to where `route` says, as the same or as another client. */
export function tcpGate(
  address: string,
  port: number,
  route: (packet: Packet) => Verdict,
  options: GateOptions,
): Server {
  const { clock, plan, dropMs, told } = options;
  return createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    client.on('error', () => client.destroy());
    const packet: Packet = {
      protocol: 'TCP',
      source: { address: plan.fromWire(client.remoteAddress ?? ''), port: client.remotePort ?? 0 },
      destination: { address, port },
    };
    const verdict = route(packet);
    told(packet, verdict);
    switch (verdict.type) {
      case 'forward':
        relay(client, verdict, options);
        return;
      case 'serve':
        serve(client, verdict.answer);
        return;
      case 'reject':
        client.resetAndDestroy();
        return;
      case 'drop': {
        if (dropMs === 0) {
          client.resetAndDestroy();
          return;
        }
        const cancel = clock.after(dropMs, () => client.resetAndDestroy());
        client.on('close', cancel);
        return;
      }
      default:
        verdict satisfies never;
    }
  });
}

/** Bytes both ways; each side closes when the other has, and an error of one resets the other. */
function relay(client: Socket, { to, source, track }: Forward, { plan, tracks }: GateOptions): void {
  const backend = connect({
    host: plan.toWire(to.address),
    port: to.port,
    localAddress: plan.toWire(source),
    allowHalfOpen: true,
    noDelay: true,
  });
  client.setNoDelay(true);
  const cut = (): void => {
    client.resetAndDestroy();
    backend.resetAndDestroy();
  };
  backend.on('error', cut);
  client.on('error', cut);
  const untrack = tracks.add(track, cut);
  backend.on('close', untrack);
  // One that went without saying goodbye takes the other along.
  client.on('close', () => backend.destroy());
  backend.on('close', () => client.destroySoon());
  client.pipe(backend);
  backend.pipe(client);
}

/** One request of a node's own server. */
function serve(socket: Socket, answer: (path: string) => NodeAnswer): void {
  const web = createHttpServer((request, response) => {
    const { status, headers, body } = answer(request.url ?? '/');
    response.writeHead(status, { ...headers, connection: 'close' }).end(body);
  });
  web.emit('connection', socket);
  socket.resume();
}
