import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
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
  const later = (client: Socket, delayMs: number | undefined, then: () => void): void => {
    if (!delayMs) {
      then();
      return;
    }
    const cancel = clock.after(delayMs, () => {
      client.off('close', cancel);
      then();
    });
    client.on('close', cancel);
  };
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
        later(client, verdict.delayMs, () => relay(client, verdict, options));
        return;
      case 'serve':
        later(client, verdict.delayMs, () => serve(client, verdict.answer));
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
function relay(
  client: Socket,
  { to, source, track, hops, delayMs = 0 }: Forward,
  { clock, plan, tracks }: GateOptions,
): void {
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
  const untrack = tracks.add([track, ...hops], cut);
  backend.on('close', untrack);
  // One that went without saying goodbye takes the other along.
  client.on('close', () => backend.destroy());
  backend.on('close', () => client.destroySoon());
  if (delayMs === 0) {
    client.pipe(backend);
    backend.pipe(client);
  } else {
    client.pipe(slow(clock, delayMs)).pipe(backend);
    backend.pipe(slow(clock, delayMs)).pipe(client);
  }
}

/** Each piece a while later, one after the other. */
const slow = (clock: Clock, delayMs: number): Transform =>
  new Transform({
    transform(chunk, _encoding, done) {
      clock.after(delayMs, () => done(null, chunk));
    },
  });

/** One request of a node's own server. */
function serve(socket: Socket, answer: (path: string) => NodeAnswer): void {
  const web = createHttpServer((request, response) => {
    const { status, headers, body } = answer(request.url ?? '/');
    response.writeHead(status, { ...headers, connection: 'close' }).end(body);
  });
  web.emit('connection', socket);
  socket.resume();
}
