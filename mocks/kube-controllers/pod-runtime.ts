import type { KubeObject } from '../kube-apiserver/kind.ts';

/**
 * The seam between a kubelet and what really runs: it is told to start a pod on a node and says how it fares. One
 * implementation says that everything is well (`readyPods`); others may run real processes.
 */
export interface PodRuntime {
  /** Absent: all nodes are on, always. */
  readonly power?: NodePower;
  /** Absent: containers write nothing. */
  readonly logs?: PodLogs;
  /** `told` is called whenever the pod's state changes, never within `start`, and not after `stop` has ended. */
  start(pod: KubeObject, node: KubeObject, told: (state: PodState) => void): RunningPod;
}

/** Which nodes are switched on. On one that is off nothing runs, and its kubelet says nothing to anybody. */
export interface NodePower {
  isOn(node: string): boolean;
  /** Whether the API server hears of it; what runs on one that is cut off runs on. */
  isHeard(node: string): boolean;
  onChange(listener: (node: string) => void): void;
}

/** What containers write. */
export interface PodLogs {
  /** Of the present run, or of the one before, oldest first; undefined when there was no such run. */
  lines(pod: KubeObject, container: string, previous: boolean): readonly LogLine[] | undefined;
  /** Tells each new line, and `undefined` when the run is over. The returned function ends that. */
  follow(pod: KubeObject, container: string, told: (line: LogLine | undefined) => void): () => void;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly text: string;
}

export interface RunningPod {
  /** The pod has changed: an image, labels, annotations. */
  update(pod: KubeObject): void;
  /** Ends the pod within the time; calls `ended`, once, when nothing of it runs any more. A second call may shorten. */
  stop(graceMs: number, ended: () => void): void;
  /** Forgets the pod at once: its node, or the whole cluster, is gone. */
  abandon(): void;
}

export interface PodState {
  /** Addresses of the pod, at most one of each family. */
  readonly ips: readonly string[];
  readonly containers: readonly ContainerState[];
}

export interface ContainerState {
  readonly name: string;
  readonly state: ContainerPhase;
  readonly lastState?: ContainerPhase;
  readonly ready: boolean;
  readonly restartCount: number;
}

/** Times in milliseconds since the epoch. */
export type ContainerPhase =
  | { readonly type: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly type: 'running'; readonly startedAtMs: number }
  | {
      readonly type: 'terminated';
      readonly exitCode: number;
      readonly reason: string;
      readonly startedAtMs: number;
      readonly finishedAtMs: number;
    };
