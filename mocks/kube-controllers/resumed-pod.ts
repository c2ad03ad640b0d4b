import { at, isObject, type JsonObject, listOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import type { ContainerPhase, ContainerState, PodState } from './pod-runtime.ts';

/**
 * What a kubelet says of a pod that it starts again after its machine was off. Restarts are counted on from what the
 * pod's status said; a container that ran is one that ended nobody knows how.
 */
export function resumedPod(pod: KubeObject, nowMs: number): (state: PodState) => PodState {
  const before = listOf(at(pod, 'status', 'containerStatuses')).filter(isObject);
  if (before.length === 0) return (state) => state;
  const resumed = (container: ContainerState): ContainerState => {
    const status = before.find(({ name }) => name === container.name);
    const cut = status && cutOff(status, nowMs);
    const lastState = container.lastState ?? cut;
    return {
      ...container,
      ...(lastState ? { lastState } : {}),
      restartCount: container.restartCount + Number(status?.['restartCount'] ?? 0) + (cut ? 1 : 0),
    };
  };
  return (state) => ({ ...state, containers: state.containers.map(resumed) });
}

/** As runtimes report containers that were gone when they came back. */
function cutOff(status: JsonObject, finishedAtMs: number): ContainerPhase | undefined {
  const startedAt = at(status, 'state', 'running', 'startedAt');
  if (startedAt === undefined) return undefined;
  const startedAtMs = Date.parse(textOf(startedAt));
  return { type: 'terminated', exitCode: 255, reason: 'Unknown', startedAtMs, finishedAtMs };
}
