import type { Clock } from '../../src/clock.ts';
import { at, isObject, type JsonObject, listOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { isTerminating, nameOf, namespaceOf } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { eventRecorder } from './event-recorder.ts';
import { workQueue } from './work-queue.ts';

const delayMs = 5;

/** Pods that do not bear a `NoExecute` taint of their node are deleted, at once or when the time they bear it is over. */
export function runTaintEviction(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const record = eventRecorder(client, clock, 'taint-eviction-controller');
  const since = new Map<string, number>();
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const pod = client.get('/pods', namespace, name);
    const node = pod && client.get('/nodes', '', textOf(at(pod, 'spec', 'nodeName')));
    const wait = pod && node && !isTerminating(pod) ? patience(pod, node) : undefined;
    if (!pod || wait === undefined) {
      since.delete(key);
      return;
    }
    const begun = since.get(key) ?? clock.monotonic();
    since.set(key, begun);
    const left = begun + wait * 1000 - clock.monotonic();
    if (left > 0) {
      queue.add(key, left);
      return;
    }
    since.delete(key);
    record(pod, 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
    client.delete('/pods', pod);
  });
  client.watch('/nodes', ({ key, object, previous }) => {
    if (!object || (noExecute(object).length === 0 && noExecute(previous).length === 0)) return;
    for (const pod of client.list('/pods')) {
      if (at(pod, 'spec', 'nodeName') === key) queue.add(`${namespaceOf(pod)}/${nameOf(pod)}`);
    }
  });
  client.watch('/pods', ({ key, object }) => {
    const node = client.get('/nodes', '', textOf(at(object, 'spec', 'nodeName')));
    if (object && noExecute(node).length > 0) queue.add(key);
  });
}

function noExecute(node: KubeObject | undefined): readonly JsonObject[] {
  return listOf(at(node, 'spec', 'taints'))
    .filter(isObject)
    .filter((taint) => taint['effect'] === 'NoExecute');
}

/** Seconds the pod may stay on the node; undefined when it may stay for good. */
function patience(pod: KubeObject, node: KubeObject): number | undefined {
  const tolerations = listOf(at(pod, 'spec', 'tolerations')).filter(isObject);
  const waits = noExecute(node).map((taint) => {
    const bearing = tolerations.filter(({ key, operator, value, effect }) => {
      const sameKey = (textOf(key) === '' && operator === 'Exists') || key === taint['key'];
      const sameEffect = textOf(effect) === '' || effect === 'NoExecute';
      return sameKey && sameEffect && (operator === 'Exists' || textOf(value) === textOf(taint['value']));
    });
    const seconds = bearing.map((each) => each['tolerationSeconds']);
    if (bearing.length === 0) return 0;
    const limited = seconds.filter((each) => typeof each === 'number');
    return limited.length < seconds.length && limited.length === 0 ? undefined : Math.max(0, Math.min(...limited));
  });
  const limits = waits.filter((wait) => wait !== undefined);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}
