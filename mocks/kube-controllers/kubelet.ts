import type { Clock } from '../../src/clock.ts';
import { at, isObject, listOf, objectOf, sameJson, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { finalizersOf, isTerminating, nameOf, namespaceOf, timestamp, uidOf } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { ownerOf } from './endpoint-slice.ts';
import { eventRecorder } from './event-recorder.ts';
import type { PodRuntime, PodState, RunningPod } from './pod-runtime.ts';
import { podStatus } from './pod-status.ts';
import { resumedPod } from './resumed-pod.ts';
import { conditionOf } from './service-pods.ts';
import { workQueue } from './work-queue.ts';

const delayMs = 5;
const leaseSeconds = 40;
const renewMs = 10_000;

interface Held {
  readonly uid: string;
  readonly running: RunningPod;
  state: PodState | undefined;
  stopping: boolean;
}

/**
 * The kubelets of all nodes: each pod on a node is started by the runtime, its state written to its status, and a
 * deleted one stopped and then taken away. Each node's lease is renewed every 10 s, so that it counts as alive.
 */
export function runKubelets(client: ClusterClient, runtime: PodRuntime, clock: Clock, signal: AbortSignal): void {
  const held = new Map<string, Held>();
  const record = eventRecorder(client, clock, 'kubelet');
  const isOn = (node: string): boolean => runtime.power?.isOn(node) ?? true;
  const isHeard = (node: string): boolean => runtime.power?.isHeard(node) ?? true;
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    sync(key, client.get('/pods', namespace, name));
  });

  function drop(key: string): void {
    held.get(key)?.running.abandon();
    held.delete(key);
  }

  function sync(key: string, pod: KubeObject | undefined): void {
    const present = held.get(key);
    if (present && (!pod || uidOf(pod) !== present.uid)) drop(key);
    const node = pod && client.get('/nodes', '', textOf(at(pod, 'spec', 'nodeName')));
    if (!pod || !node) return;
    if (!isOn(nameOf(node))) {
      drop(key);
      return;
    }
    if (!isHeard(nameOf(node))) return;
    const mine = held.get(key);
    if (isTerminating(pod)) stop(key, pod, mine);
    else if (!mine) start(key, pod, node);
    else {
      mine.running.update(pod);
      if (mine.state) write(pod, node, mine.state);
    }
  }

  function start(key: string, pod: KubeObject, node: KubeObject): void {
    if (['Succeeded', 'Failed'].includes(textOf(at(pod, 'status', 'phase')))) return;
    const resumed = resumedPod(pod, clock.now());
    const running = runtime.start(pod, node, (state) => {
      const mine = held.get(key);
      if (!mine || mine.uid !== uidOf(pod)) return;
      if (!mine.state) {
        for (const container of listOf(at(pod, 'spec', 'containers')).filter(isObject)) {
          record(pod, 'Started', `Started container ${textOf(container['name'])}`);
        }
      }
      mine.state = resumed(state);
      queue.add(key, 0);
    });
    held.set(key, { uid: uidOf(pod), running, state: undefined, stopping: false });
  }

  function write(pod: KubeObject, node: KubeObject, state: PodState): void {
    const status = podStatus(pod, node, state, clock.now());
    if (!sameJson(status, pod['status'])) client.update('/pods', { ...pod, status }, 'status');
  }

  function stop(key: string, pod: KubeObject, mine: Held | undefined): void {
    const graceMs = Number(pod.metadata['deletionGracePeriodSeconds'] ?? 0) * 1000;
    const left = Math.max(0, Math.min(graceMs, Date.parse(textOf(pod.metadata['deletionTimestamp'])) - clock.now()));
    if (!mine) return end(pod);
    if (mine.stopping) return;
    mine.stopping = true;
    for (const container of listOf(at(pod, 'spec', 'containers')).filter(isObject)) {
      record(pod, 'Killing', `Stopping container ${textOf(container['name'])}`);
    }
    mine.running.stop(left, () => {
      held.delete(key);
      const now = client.get('/pods', namespaceOf(pod), nameOf(pod));
      if (now && uidOf(now) === mine.uid) end(now);
    });
  }

  /** Nothing of the pod runs: the server can forget it, unless a finalizer holds it. */
  function end(pod: KubeObject): void {
    if (finalizersOf(pod).length === 0) client.delete('/pods', pod, { graceSeconds: 0 });
  }

  client.watch('/pods', ({ key, object }) => {
    if (!object || at(object, 'spec', 'nodeName') !== undefined) queue.add(key);
  });
  client.watch('/nodes', ({ key: node, object, previous }) => {
    if (object && previous) return;
    leases.add(node, 0);
    for (const key of podsOn(node)) {
      if (object) queue.add(key);
      else drop(key);
    }
  });
  runtime.power?.onChange((node) => {
    if (signal.aborted) return;
    leases.add(node, 0);
    for (const key of podsOn(node)) queue.add(key, 0);
  });
  const podsOn = (node: string): readonly string[] =>
    client
      .list('/pods')
      .filter((pod) => at(pod, 'spec', 'nodeName') === node)
      .map((pod) => `${namespaceOf(pod)}/${nameOf(pod)}`);

  const leases = workQueue(clock, signal, renewMs, (name) => {
    const node = client.get('/nodes', '', name);
    if (!node) return;
    if (isOn(name) && isHeard(name)) {
      renew(client, node, clock.now());
      if (conditionOf(node, 'Ready')?.['status'] === 'Unknown') comeBack(client, node, clock.now());
    }
    leases.add(name);
  });
  for (const node of client.list('/nodes')) leases.add(nameOf(node), 0);
  signal.addEventListener('abort', () => {
    for (const key of held.keys()) drop(key);
  });
}

/** A node that was given up says again that it is well. */
function comeBack(client: ClusterClient, node: KubeObject, nowMs: number): void {
  const now = timestamp(nowMs);
  const well = { lastHeartbeatTime: now, lastTransitionTime: now };
  const conditions = listOf(at(node, 'status', 'conditions'))
    .filter(isObject)
    .map((condition) => {
      if (condition['status'] !== 'Unknown') return condition;
      return condition['type'] === 'Ready'
        ? { ...condition, ...well, status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
        : {
            ...condition,
            ...well,
            status: 'False',
            reason: 'KubeletHasNoPressure',
            message: 'kubelet has no pressure',
          };
    });
  client.update('/nodes', { ...node, status: { ...objectOf(node['status']), conditions } }, 'status');
}

const leaseNamespace = 'kube-node-lease';

function renew(client: ClusterClient, node: KubeObject, nowMs: number): void {
  const name = nameOf(node);
  const lease = client.get('coordination.k8s.io/leases', leaseNamespace, name);
  const spec = {
    holderIdentity: name,
    leaseDurationSeconds: leaseSeconds,
    renewTime: `${timestamp(nowMs).slice(0, 19)}.${String(nowMs % 1000)
      .padStart(3, '0')
      .slice(0, 3)}000Z`,
  };
  if (lease) {
    client.update('coordination.k8s.io/leases', { ...lease, spec: { ...objectOf(lease['spec']), ...spec } });
    return;
  }
  const { controller: _controller, blockOwnerDeletion: _block, ...owner } = objectOf(ownerOf('v1', 'Node', node));
  client.create('coordination.k8s.io/leases', {
    metadata: { name, namespace: leaseNamespace, ownerReferences: [owner] },
    spec,
  });
}
