import type { Clock } from '../../../src/clock.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { uidOf } from '../../kube-apiserver/metadata.ts';
import type { LogLine, PodLogs } from '../../kube-controllers/pod-runtime.ts';

/** Lines kept of each run of a container, and pods of which something is kept. */
const mostLines = 2000;
const mostPods = 2000;

/** What one container writes. */
export interface ContainerLog {
  /** A run begins; what the last one wrote is the previous log from now on. */
  begin(): void;
  write(text: string): void;
  /** The run is over: those who follow are told. */
  end(): void;
}

export interface ContainerLogs extends PodLogs {
  of(pod: KubeObject, container: string): ContainerLog;
  /** The pod is gone. */
  forget(pod: KubeObject): void;
}

interface Kept {
  lines: LogLine[];
  previous: readonly LogLine[] | undefined;
  begun: boolean;
  readonly followers: Set<(line: LogLine | undefined) => void>;
}

/** The newest lines of the last two runs of each container, by the pod's uid. */
export function containerLogs(clock: Clock): ContainerLogs {
  const pods = new Map<string, Map<string, Kept>>();

  function kept(pod: KubeObject, container: string): Kept {
    const uid = uidOf(pod);
    const own = pods.get(uid) ?? new Map<string, Kept>();
    pods.set(uid, own);
    const [oldest] = pods.size > mostPods ? pods.keys() : [];
    if (oldest !== undefined) pods.delete(oldest);
    const present = own.get(container) ?? { lines: [], previous: undefined, begun: false, followers: new Set() };
    own.set(container, present);
    return present;
  }

  return {
    lines(pod, container, previous) {
      const found = pods.get(uidOf(pod))?.get(container);
      return previous ? found?.previous : found?.begun ? found.lines : undefined;
    },
    follow(pod, container, told) {
      const { followers } = kept(pod, container);
      followers.add(told);
      return () => void followers.delete(told);
    },
    of(pod, container) {
      const own = kept(pod, container);
      return {
        begin() {
          if (own.begun) own.previous = own.lines;
          own.lines = [];
          own.begun = true;
        },
        write(text) {
          const line = { atMs: clock.now(), text };
          own.lines.push(line);
          if (own.lines.length > mostLines) own.lines.shift();
          for (const tell of own.followers) tell(line);
        },
        end() {
          for (const tell of own.followers) tell(undefined);
        },
      };
    },
    forget: (pod) => void pods.delete(uidOf(pod)),
  };
}
