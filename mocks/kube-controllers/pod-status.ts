import { at, isObject, type JsonObject, listOf, objectOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { timestamp, uidOf } from '../kube-apiserver/metadata.ts';
import type { ContainerPhase, PodState } from './pod-runtime.ts';
import { hostAddress } from './ready-pods.ts';
import { conditionOf } from './service-pods.ts';

/** The status of a pod as its kubelet writes it. Pure. */
export function podStatus(pod: KubeObject, node: KubeObject, state: PodState, nowMs: number): JsonObject {
  const before = objectOf(pod['status']);
  const now = timestamp(nowMs);
  const { containers, ips } = state;
  const over = containers.length > 0 && containers.every((each) => each.state.type === 'terminated');
  const failed = containers.some((each) => each.state.type === 'terminated' && each.state.exitCode !== 0);
  const begun = containers.some((each) => each.state.type !== 'waiting');
  const phase = over ? (failed ? 'Failed' : 'Succeeded') : begun ? 'Running' : 'Pending';
  const unready = containers.filter((each) => !each.ready).map(({ name }) => name);
  const gates = listOf(at(pod, 'spec', 'readinessGates')).map((gate) => textOf(at(gate, 'conditionType')));
  const closed = gates.filter((gate) => conditionOf(pod, gate)?.['status'] !== 'True');
  const whyNot = over
    ? { reason: 'PodCompleted' }
    : unready.length > 0
      ? { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
      : undefined;
  const gated =
    closed.length > 0
      ? {
          reason: 'ReadinessGatesNotReady',
          message: `corresponding condition of pod readiness gate "${closed[0]}" does not exist.`,
        }
      : undefined;
  const condition = (type: string, why?: JsonObject): JsonObject => {
    const status = why ? 'False' : 'True';
    const old = conditionOf(pod, type);
    const lastTransitionTime = old?.['status'] === status ? textOf(old['lastTransitionTime']) : now;
    return { type, status, lastProbeTime: null, lastTransitionTime, ...why };
  };
  const mine = [
    condition('PodReadyToStartContainers', over ? {} : undefined),
    condition('Initialized', over ? { reason: 'PodCompleted' } : undefined),
    condition('Ready', whyNot ?? gated),
    condition('ContainersReady', whyNot),
  ];
  const others = listOf(before['conditions'])
    .filter(isObject)
    .filter((each) => !mine.some(({ type }) => type === each['type']));
  const hostIP = hostAddress(node);
  return {
    ...before,
    phase,
    conditions: [...mine, ...others],
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(ips[0] === undefined ? {} : { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    startTime: before['startTime'] ?? now,
    containerStatuses: containers.map((container) => {
      const spec = listOf(at(pod, 'spec', 'containers'))
        .filter(isObject)
        .find(({ name }) => name === container.name);
      return {
        name: container.name,
        state: phaseOf(container.state),
        lastState: container.lastState ? phaseOf(container.lastState) : {},
        ready: container.ready,
        restartCount: container.restartCount,
        image: textOf(spec?.['image']),
        imageID: '',
        containerID: `portico://${uidOf(pod)}/${container.name}`,
        started: container.state.type === 'running',
      };
    }),
  };
}

function phaseOf(phase: ContainerPhase): JsonObject {
  switch (phase.type) {
    case 'waiting':
      return {
        waiting: { reason: phase.reason, ...(phase.message === undefined ? {} : { message: phase.message }) },
      };
    case 'running':
      return { running: { startedAt: timestamp(phase.startedAtMs) } };
    case 'terminated':
      return {
        terminated: {
          exitCode: phase.exitCode,
          reason: phase.reason,
          startedAt: timestamp(phase.startedAtMs),
          finishedAt: timestamp(phase.finishedAtMs),
        },
      };
    default:
      return phase satisfies never;
  }
}
