import type { Document } from './json.ts';

export type CallClass = 'mutation' | 'read' | 'wait';

export interface LoggedCall {
  /** Counts all calls from 1, in the order of arrival. */
  readonly sequence: number;
  /** Milliseconds of the clock. */
  readonly at: number;
  readonly method: string;
  readonly http: string;
  readonly path: string;
  readonly class: CallClass;
  /** Undefined until it is answered: still going on, or dropped. */
  status?: number;
}

export interface CallLog {
  readonly open: (method: string, http: string, path: string) => LoggedCall;
  readonly counts: () => Document;
  readonly reset: () => void;
  readonly calls: () => readonly LoggedCall[];
}

/** Calls kept for reading; counts go on. */
const mostKept = 20_000;

function classOf(method: string, http: string): CallClass {
  if (method.endsWith('Operations.wait')) return 'wait';
  if (http === 'GET' || /\.(getHealth|listInstances|listNetworkEndpoints)$/.test(method)) return 'read';
  return 'mutation';
}

export function createCallLog(now: () => number): CallLog {
  let kept: LoggedCall[] = [];
  let sequence = 0;
  const byMethod = new Map<string, number>();
  const byClass = { mutation: 0, read: 0, wait: 0 };
  return {
    open: (method, http, path) => {
      sequence += 1;
      const call: LoggedCall = { sequence, at: now(), method, http, path, class: classOf(method, http) };
      kept.push(call);
      if (kept.length > mostKept) kept = kept.slice(mostKept / 10);
      byMethod.set(method, (byMethod.get(method) ?? 0) + 1);
      byClass[call.class] += 1;
      return call;
    },
    counts: () => ({
      total: byClass.mutation + byClass.read + byClass.wait,
      byMethod: Object.fromEntries([...byMethod].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      mutations: byClass.mutation,
      reads: byClass.read,
      waits: byClass.wait,
    }),
    reset: () => {
      kept = [];
      byMethod.clear();
      Object.assign(byClass, { mutation: 0, read: 0, wait: 0 });
    },
    calls: () => kept,
  };
}
