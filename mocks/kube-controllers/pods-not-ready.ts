import type { Clock } from '../../src/clock.ts';
import { at, isObject, listOf, objectOf } from '../kube-apiserver/json.ts';
import { timestamp } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { isRefusal } from './client.ts';
import type { RecordEvent } from './event-recorder.ts';
import { conditionOf } from './service-pods.ts';

/**
 * Takes the readiness of all pods on a node that is not ready any more: nobody is there who would do it. Their kubelet
 * says otherwise when it is back. Reason and message of the condition stay what they were.
 * https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
 */
export function markPodsNotReady(client: ClusterClient, clock: Clock, record: RecordEvent, node: string): void {
  for (const pod of client.list('/pods')) {
    if (at(pod, 'spec', 'nodeName') !== node || conditionOf(pod, 'Ready')?.['status'] !== 'True') continue;
    const conditions = listOf(at(pod, 'status', 'conditions'))
      .filter(isObject)
      .map((each) =>
        each['type'] === 'Ready' ? { ...each, status: 'False', lastTransitionTime: timestamp(clock.now()) } : each,
      );
    try {
      client.update('/pods', { ...pod, status: { ...objectOf(pod['status']), conditions } }, 'status');
    } catch (error) {
      if (!isRefusal(error)) throw error;
      continue;
    }
    record(pod, 'NodeNotReady', 'Node is not ready', 'Warning');
  }
}
