import type { Clock } from '../../src/clock.ts';
import { at, listOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { withCondition } from '../kube-apiserver/kinds/subresources/binding.ts';
import { isTerminating, nameOf, namespaceOf, timestamp } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { eventRecorder } from './event-recorder.ts';
import { place } from './placement.ts';
import { conditionOf } from './service-pods.ts';
import { workQueue } from './work-queue.ts';

const delayMs = 2;
const schedulerName = 'default-scheduler';

/** Binds pods to nodes; what finds none is looked at again when nodes change or pods go. */
export function runScheduler(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const record = eventRecorder(client, clock, schedulerName);
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const pod = client.get('/pods', namespace, name);
    if (!pod || !isWaiting(pod)) return;
    const others = client.list('/pods').filter((each) => !isOver(each));
    const placement = place(pod, client.list('/nodes'), others);
    if ('node' in placement) {
      client.bind(pod, placement.node);
      record(pod, 'Scheduled', `Successfully assigned ${key} to ${placement.node}`);
    } else {
      tell(pod, placement.message);
    }
  });

  function tell(pod: KubeObject, message: string): void {
    const before = conditionOf(pod, 'PodScheduled');
    if (before?.['message'] === message) return;
    const now = timestamp(clock.now());
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: before ? textOf(before['lastTransitionTime']) : now,
      reason: 'Unschedulable',
      message,
    };
    client.update('/pods', withCondition(pod, condition), 'status');
    record(pod, 'FailedScheduling', message, 'Warning');
  }

  const retry = (): void => {
    for (const pod of client.list('/pods')) if (isWaiting(pod)) queue.add(`${namespaceOf(pod)}/${nameOf(pod)}`);
  };
  client.watch('/pods', ({ key, object }) => {
    if (!object) retry();
    else if (isWaiting(object)) queue.add(key);
  });
  client.watch('/nodes', retry);
  retry();
}

function isWaiting(pod: KubeObject): boolean {
  return (
    textOf(at(pod, 'spec', 'nodeName')) === '' &&
    at(pod, 'spec', 'schedulerName') === schedulerName &&
    listOf(at(pod, 'spec', 'schedulingGates')).length === 0 &&
    !isTerminating(pod)
  );
}

const isOver = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(textOf(at(pod, 'status', 'phase')));
