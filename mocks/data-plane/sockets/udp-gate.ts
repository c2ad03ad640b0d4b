import { createSocket, type Socket } from 'node:dgram';
import type { Forward, Packet, Verdict } from '../packet.ts';
import type { GateOptions } from './tcp-gate.ts';

/** A flow without a datagram for so long is forgotten. */
const idleMs = 60_000;

interface Flow {
  readonly forward: Forward;
  readonly socket: Socket;
  lastMs: number;
  close(): void;
}

/** A server that hands each datagram on; those of one client go the same way for as long as `holds` says that it is good. */
export function udpGate(
  address: string,
  port: number,
  route: (packet: Packet) => Verdict,
  holds: (packet: Packet, forward: Forward) => boolean,
  { clock, plan, tracks, told }: GateOptions,
): Socket {
  const flows = new Map<string, Flow>();
  const front = createSocket('udp4', (message, from) => {
    const key = `${from.address}:${from.port}`;
    const packet: Packet = {
      protocol: 'UDP',
      source: { address: plan.fromWire(from.address), port: from.port },
      destination: { address, port },
    };
    let flow = flows.get(key);
    if (flow && !holds(packet, flow.forward)) {
      flow.close();
      flow = undefined;
    }
    if (!flow) {
      const verdict = route(packet);
      told(packet, verdict);
      // No ICMP can be sent from here: a rejected datagram is lost like a dropped one.
      if (verdict.type !== 'forward') return;
      flow = open(verdict, key, (answer) => front.send(answer, from.port, from.address));
    }
    flow.lastMs = clock.monotonic();
    flow.socket.send(message, flow.forward.to.port, plan.toWire(flow.forward.to.address), () => undefined);
  });

  function open(forward: Forward, key: string, back: (message: Buffer) => void): Flow {
    const socket = createSocket('udp4', back);
    let cancel = (): void => undefined;
    const untrack = tracks.add([forward.track, ...forward.hops], () => flow.close());
    const flow: Flow = {
      forward,
      socket,
      lastMs: clock.monotonic(),
      close() {
        if (flows.get(key) !== flow) return;
        flows.delete(key);
        cancel();
        untrack();
        socket.close();
      },
    };
    flows.set(key, flow);
    socket.on('error', () => flow.close());
    socket.bind(0, plan.toWire(forward.source));
    const watch = (): void => {
      const restMs = flow.lastMs + idleMs - clock.monotonic();
      if (restMs <= 0) flow.close();
      else cancel = clock.after(restMs, watch);
    };
    cancel = clock.after(idleMs, watch);
    return flow;
  }

  front.on('close', () => {
    for (const flow of flows.values()) flow.close();
  });
  return front;
}
