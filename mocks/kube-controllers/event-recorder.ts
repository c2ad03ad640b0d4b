import type { Clock } from '../../src/clock.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf, namespaceOf, timestamp, uidOf, versionOf } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { isRefusal } from './client.ts';

export type RecordEvent = (
  object: KubeObject,
  reason: string,
  message: string,
  type?: 'Normal' | 'Warning',
  uid?: string,
) => void;

/** Events of one component, in the object's namespace; an Event that cannot be written is lost, as in a cluster. */
export function eventRecorder(client: ClusterClient, clock: Clock, component: string): RecordEvent {
  let count = 0;
  return (object, reason, message, type = 'Normal', uid = uidOf(object)) => {
    const namespace = namespaceOf(object);
    const now = timestamp(clock.now());
    count += 1;
    // In a cluster the suffix is the time in nanoseconds; the count keeps it unique where time stands still.
    const suffix = (BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(count)).toString(16);
    try {
      client.create('/events', {
        metadata: { name: `${nameOf(object)}.${suffix}`, namespace: namespace || 'default' },
        involvedObject: {
          kind: object.kind,
          ...(namespace === '' ? {} : { namespace }),
          name: nameOf(object),
          uid,
          apiVersion: object.apiVersion,
          // A node has the events of all its lives.
          ...(object.kind === 'Node' ? {} : { resourceVersion: versionOf(object) }),
        },
        reason,
        message,
        source: { component },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        type,
        eventTime: null,
        reportingComponent: component,
        reportingInstance: '',
      });
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  };
}
