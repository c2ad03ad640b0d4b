import { at, objectOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { isTerminating, nameOf } from '../kube-apiserver/metadata.ts';
import { conditionOf, isReady } from './service-pods.ts';

/** Pods that count: neither over nor going. */
export function isActive(pod: KubeObject): boolean {
  const phase = at(pod, 'status', 'phase');
  return phase !== 'Succeeded' && phase !== 'Failed' && !isTerminating(pod);
}

/** Milliseconds until a pod has been ready for long enough; 0 when it has, undefined while it is not ready. */
export function untilAvailable(pod: KubeObject, minReadySeconds: number, nowMs: number): number | undefined {
  if (!isReady(pod)) return undefined;
  const since = Date.parse(textOf(conditionOf(pod, 'Ready')?.['lastTransitionTime']));
  return minReadySeconds === 0 ? 0 : Math.max(0, since + minReadySeconds * 1000 - nowMs);
}

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const phases: readonly string[] = ['Pending', 'Unknown', 'Running'];

/**
 * Pods in the order in which a ReplicaSet gives them up: without a node, not yet running, not ready, cheap to delete,
 * on the fullest node, ready for the shortest time, restarted most, youngest.
 */
export function byExpendability(pods: readonly KubeObject[]): readonly KubeObject[] {
  const nodeOf = (pod: KubeObject): string => textOf(at(pod, 'spec', 'nodeName'));
  const onNode = Map.groupBy(pods, nodeOf);
  const rank = (pod: KubeObject): readonly (number | string)[] => [
    nodeOf(pod) === '' ? 0 : 1,
    phases.indexOf(textOf(at(pod, 'status', 'phase'))),
    isReady(pod) ? 1 : 0,
    Number(objectOf(pod.metadata['annotations'])[deletionCost] ?? 0),
    -(onNode.get(nodeOf(pod))?.length ?? 0),
    -Date.parse(textOf(conditionOf(pod, 'Ready')?.['lastTransitionTime']) || '1970-01-01T00:00:00Z'),
    -Date.parse(textOf(pod.metadata['creationTimestamp'])),
    nameOf(pod),
  ];
  return pods
    .map((pod) => ({ pod, key: rank(pod) }))
    .toSorted((a, b) => compare(a.key, b.key))
    .map(({ pod }) => pod);
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const place = a.findIndex((value, index) => value !== b[index]);
  if (place < 0) return 0;
  return (a[place] ?? 0) < (b[place] ?? 0) ? -1 : 1;
}
