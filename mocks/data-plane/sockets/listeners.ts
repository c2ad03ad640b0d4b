import { once } from 'node:events';
import type { Activity } from '../activity.ts';
import type { Endpoint, Forward, Packet, Protocol, Verdict } from '../packet.ts';
import { type GateOptions, tcpGate } from './tcp-gate.ts';
import { udpGate } from './udp-gate.ts';

/** Where packets are taken in, and what becomes of them. */
export interface Listener extends Endpoint {
  readonly protocol: Protocol;
  readonly route: (packet: Packet) => Verdict;
  /** Whether a flow of datagrams may go on as it is. */
  readonly holds: (packet: Packet, forward: Forward) => boolean;
}

/** A port that could not be listened on. */
export interface ListenProblem extends Endpoint {
  readonly protocol: Protocol;
  /** As the system says it: `EACCES` for low ports of others than root, `EADDRINUSE`. */
  readonly code: string;
  /** Where it is reached instead. */
  readonly instead: number | undefined;
}

export interface Listeners {
  /** Opens and closes until just these are open. Those that stay are not interrupted. */
  sync(wanted: readonly Listener[]): void;
  problems(): readonly ListenProblem[];
  /** Resolves when all ports are free again. */
  close(): Promise<void>;
}

/** Added to a low port that only root may have. */
export const highPortOffset = 30_000;

interface Open {
  listener: Listener;
  problem?: ListenProblem;
  close(): Promise<void>;
}

const keyOf = ({ protocol, address, port }: Listener): string => `${protocol} ${address}:${port}`;

export function createListeners(
  options: GateOptions,
  activity: Activity,
  toldProblem: (problem: ListenProblem) => void,
): Listeners {
  const open = new Map<string, Open>();
  const closing = new Set<Promise<void>>();

  function start(listener: Listener): Open {
    const done = activity.begin();
    let end: () => Promise<void> = () => Promise.resolve();
    let over = false;
    const entry: Open = {
      listener,
      async close() {
        over = true;
        await ready;
        await end();
      },
    };
    const route = (packet: Packet): Verdict => entry.listener.route(packet);
    const holds = (packet: Packet, forward: Forward): boolean => entry.listener.holds(packet, forward);
    const { protocol, address, port } = listener;

    async function listen(on: number): Promise<void> {
      const wire = options.plan.toWire(address);
      if (protocol === 'TCP') {
        const server = tcpGate(address, port, route, options);
        server.listen(on, wire);
        await once(server, 'listening');
        end = () =>
          new Promise((resolve) => {
            server.close();
            resolve();
          });
      } else {
        const socket = udpGate(address, port, route, holds, options);
        socket.bind(on, wire);
        await once(socket, 'listening');
        socket.on('error', () => undefined);
        end = async () => {
          const closed = once(socket, 'close');
          socket.close();
          await closed;
        };
      }
    }

    async function begin(): Promise<void> {
      try {
        await listen(port);
      } catch (error) {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        const instead = code === 'EACCES' && port + highPortOffset < 65_536 ? port + highPortOffset : undefined;
        const works = instead !== undefined && !over && (await listen(instead).then(yes, no));
        entry.problem = { protocol, address, port, code, instead: works ? instead : undefined };
        toldProblem(entry.problem);
      } finally {
        done();
      }
    }
    const ready = begin();
    return entry;
  }

  function stop(key: string, entry: Open): void {
    open.delete(key);
    const closed = entry.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }

  return {
    sync(wanted) {
      const byKey = new Map(wanted.map((listener) => [keyOf(listener), listener]));
      for (const [key, entry] of open) if (!byKey.has(key)) stop(key, entry);
      for (const [key, listener] of byKey) {
        const present = open.get(key);
        if (present) present.listener = listener;
        else open.set(key, start(listener));
      }
    },
    problems: () => [...open.values()].flatMap(({ problem }) => problem ?? []),
    async close() {
      for (const [key, entry] of open) stop(key, entry);
      await Promise.all(closing);
    },
  };
}

const yes = (): boolean => true;
const no = (): boolean => false;
