import type { VirtualClock } from '../virtual-clock.ts';
import { fraction } from './chance.ts';
import type { CloudCall } from './cloud-port.ts';
import type { CloudMirror } from './cloud-mirror.ts';
import { type FaultTable, faultTable } from './fault-table.ts';
import type { Life } from './life.ts';
import type { Trace } from './trace.ts';

/** A call to the API server, as seen from outside. */
export interface KubeCall {
  /** `services/status.PATCH`, `events.POST`, `nodes.watch`. */
  readonly method: string;
  readonly key: string;
  readonly writes: boolean;
}

/** Who listens to the wire. All are told within the moment itself. */
export interface Wiretap {
  /** Before the call leaves the controller. */
  sending?(life: Life, call: CloudCall | KubeCall): void;
  /** Before the cloud gets it. */
  deliver?(life: Life, call: CloudCall): void;
  /** The cloud has done its part. */
  delivered?(life: Life, call: CloudCall, status: number, body: string): void;
  /** The controller gets the answer; 0 when it gets none. */
  answered?(life: Life, call: CloudCall | KubeCall, status: number): void;
}

/** What lies between controllers and the two APIs. */
export interface Network extends Required<Wiretap> {
  readonly trace: Trace;
  readonly mirror: CloudMirror;
  readonly cloudFaults: FaultTable;
  readonly kubeFaults: FaultTable;
  readonly taps: Wiretap[];
  now(): number;
  /** How far back lists look now. */
  staleMs(): number;
  setStale(ms: number, until: number): void;
  /** Answers to lists that begin their way back before `until` take so much longer. */
  slowLists(extraMs: number, until: number): void;
  /** Resolves when what was sent has come to the other side, which may be long after who sent it has ended. */
  way(life: Life, method: string, key: string): Promise<void>;
  /** As `way`, for the answer. */
  wayBack(life: Life, method: string, key: string): Promise<void>;
  /** Resolves after some milliseconds of the simulated time. */
  pause(ms: number): Promise<void>;
}

export function networkOf(clock: VirtualClock, seed: number, mirror: CloudMirror, trace: Trace): Network {
  const taps: Wiretap[] = [];
  const asked = new Map<string, number>();
  let stale = { ms: 0, until: 0 };
  let slow = { extraMs: 0, until: 0 };
  const now = (): number => clock.monotonic();
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      clock.after(ms, resolve);
    });
  const delay = (life: Life, method: string, key: string): number => {
    const text = `${life.name} ${method} ${key}`;
    const nth = (asked.get(text) ?? 0) + 1;
    asked.set(text, nth);
    return delayOf(fraction(seed, `${text} ${nth}`));
  };
  return {
    trace,
    mirror,
    cloudFaults: faultTable(),
    kubeFaults: faultTable(),
    taps,
    now,
    staleMs: () => (now() < stale.until ? stale.ms : 0),
    setStale: (ms, until) => {
      stale = { ms, until };
    },
    slowLists: (extraMs, until) => {
      slow = { extraMs, until };
    },
    pause,
    way: async (life, method, key) => {
      await pause(delay(life, method, key));
      if (life.dead) await pause(life.lateMs);
    },
    wayBack: (life, method, key) => {
      const extra = now() < slow.until && method.endsWith('.list') ? slow.extraMs : 0;
      return pause(extra + delay(life, method, `${key} back`));
    },
    sending: (life, call) => {
      life.calls += 1;
      for (const tap of taps) tap.sending?.(life, call);
    },
    deliver: (life, call) => {
      trace.add(life.name, `${call.method} ${call.key}`);
      for (const tap of taps) tap.deliver?.(life, call);
    },
    delivered: (life, call, status, body) => {
      if (status >= 300) trace.add('cloud', `    ${status} to ${call.method} ${call.key}: ${messageIn(body)}`);
      for (const tap of taps) tap.delivered?.(life, call, status, body);
    },
    answered: (life, call, status) => {
      for (const tap of taps) tap.answered?.(life, call, status);
    },
  };
}

/** Most calls are quick, some are slow, a few take seconds. */
function delayOf(share: number): number {
  if (share < 0.85) return 1 + share * 30;
  if (share < 0.97) return 30 + (share - 0.85) * 2500;
  return 300 + (share - 0.97) * 90_000;
}

const messageIn = (body: string): string => /"message":\s*"([^"]{0,120})/.exec(body)?.[1] ?? body.slice(0, 80);
