import type { Clock } from '../../src/clock.ts';
import { at, isObject, type JsonObject, listOf, objectOf, sameJson, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf, timestamp, uidOf, withMetadata } from '../kube-apiserver/metadata.ts';
import { withSpec } from '../kube-apiserver/kinds/strategy.ts';
import type { ClusterClient } from './client.ts';
import { eventRecorder } from './event-recorder.ts';
import { markPodsNotReady } from './pods-not-ready.ts';
import { conditionOf, isReady } from './service-pods.ts';
import { workQueue } from './work-queue.ts';

const ttlDelayMs = 7;
const taintDelayMs = 8;
const labelDelayMs = 50;
const monitorPeriodMs = 5000;
/** The first round of the monitor after the start. */
const monitorPhaseMs = 3000;
/** A node that has not been heard of for so long is unreachable. */
const graceMs = 50_000;

const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';
const pressures: readonly (readonly [condition: string, status: string, taint: string])[] = [
  ['Ready', 'False', notReady],
  ['Ready', 'Unknown', unreachable],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];
const unschedulable = 'node.kubernetes.io/unschedulable';
/** Taints that follow from what the node says of itself. */
const managed: readonly string[] = [...pressures.map(([, , taint]) => taint), unschedulable];

/**
 * Taints, labels and events of nodes, and the judgement that a node is lost: its conditions become Unknown when neither
 * its status nor its lease was renewed for 50 s. The monitor looks every 5 s; pods of a node that is not ready any more
 * are not either. Where no kubelets run, `heartbeats` is false and nodes stay what they were last said to be.
 */
export function runNodeLifecycle(client: ClusterClient, clock: Clock, signal: AbortSignal, heartbeats: boolean): void {
  const record = eventRecorder(client, clock, 'node-controller');
  const known = new Map<string, KubeObject>();
  const heard = new Map<string, { readonly sign: string; readonly atMs: number }>();
  const firstRoundMs = clock.monotonic() + monitorPhaseMs;

  const taints = workQueue(clock, signal, taintDelayMs, (name) => {
    const node = client.get('/nodes', '', name);
    if (node) writeTaints(client, clock, node, effectsOf(node));
  });
  const labels = workQueue(clock, signal, labelDelayMs, (name) => {
    const node = client.get('/nodes', '', name);
    const labelled = node && withOldLabels(node);
    if (labelled && labelled !== node) client.update('/nodes', labelled);
  });
  const ttl = workQueue(clock, signal, ttlDelayMs, (name) => {
    const node = client.get('/nodes', '', name);
    const annotations = objectOf(node?.metadata['annotations']);
    if (!node || annotations[ttlAnnotation] !== undefined) return;
    client.update('/nodes', withMetadata(node, { annotations: { ...annotations, [ttlAnnotation]: '0' } }));
  });
  const monitor = workQueue(clock, signal, monitorPeriodMs, () => {
    for (const [name, node] of known) {
      if (client.get('/nodes', '', name)) continue;
      known.delete(name);
      heard.delete(name);
      record(node, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
    }
    for (const node of client.list('/nodes')) look(node);
    if (known.size > 0) monitor.add('nodes');
  });

  function look(node: KubeObject): void {
    const name = nameOf(node);
    const before = known.get(name);
    if (!before || uidOf(before) !== uidOf(node)) {
      record(node, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
      heard.delete(name);
    }
    const lease = client.get('coordination.k8s.io/leases', 'kube-node-lease', name);
    const sign = JSON.stringify([
      conditionOf(node, 'Ready')?.['lastHeartbeatTime'] ?? null,
      at(lease, 'spec', 'renewTime') ?? null,
    ]);
    const last = heard.get(name);
    if (last?.sign !== sign) heard.set(name, { sign, atMs: clock.monotonic() });
    else if (heartbeats && clock.monotonic() - last.atMs > graceMs) loseTouch(client, clock, node);
    const now = client.get('/nodes', '', name) ?? node;
    known.set(name, now);
    if (before && isReady(before) && !isReady(now)) {
      record(now, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
      markPodsNotReady(client, clock, record, name);
    }
    writeTaints(client, clock, now, evictionOf(now));
  }

  const seen = (name: string): void => {
    taints.add(name);
    labels.add(name);
    ttl.add(name);
    const round = Math.max(0, Math.ceil((clock.monotonic() - firstRoundMs) / monitorPeriodMs));
    if (!monitor.has('nodes')) monitor.add('nodes', firstRoundMs + round * monitorPeriodMs - clock.monotonic());
  };
  client.watch('/nodes', ({ key }) => seen(key));
  for (const node of client.list('/nodes')) seen(nameOf(node));
}

const ttlAnnotation = 'node.alpha.kubernetes.io/ttl';

interface Wanted {
  readonly effect: 'NoSchedule' | 'NoExecute';
  readonly keys: readonly string[];
  readonly among: readonly string[];
}

/** What keeps pods from being placed on the node: follows each change at once. */
function effectsOf(node: KubeObject): Wanted {
  const keys = pressures
    .filter(([type, status]) => conditionOf(node, type)?.['status'] === status)
    .map(([, , key]) => key);
  return {
    effect: 'NoSchedule',
    keys: at(node, 'spec', 'unschedulable') === true ? [...keys, unschedulable] : keys,
    among: managed,
  };
}

/** What drives pods off the node: decided in the rounds of the monitor. */
function evictionOf(node: KubeObject): Wanted {
  const status = conditionOf(node, 'Ready')?.['status'];
  const keys = status === 'False' ? [notReady] : status === 'Unknown' ? [unreachable] : [];
  return { effect: 'NoExecute', keys, among: [notReady, unreachable] };
}

function writeTaints(client: ClusterClient, clock: Clock, node: KubeObject, { effect, keys, among }: Wanted): void {
  const before = listOf(at(node, 'spec', 'taints')).filter(isObject);
  const is = (taint: JsonObject, key: string): boolean => taint['effect'] === effect && taint['key'] === key;
  const kept = before.filter((taint) => !among.some((key) => is(taint, key)) || keys.some((key) => is(taint, key)));
  const added = keys
    .filter((key) => !before.some((taint) => is(taint, key)))
    .map((key) => ({ key, effect, timeAdded: timestamp(clock.now()) }));
  const after = [...kept, ...added];
  if (sameJson(after, before)) return;
  client.update('/nodes', withSpec(node, { taints: after.length > 0 ? after : undefined }));
}

/** Labels of old beside those that replaced them. */
function withOldLabels(node: KubeObject): KubeObject {
  const labels = objectOf(node.metadata['labels']);
  const added = ['os', 'arch'].flatMap((key) => {
    const value = labels[`kubernetes.io/${key}`];
    return value === undefined || labels[`beta.kubernetes.io/${key}`] === value
      ? []
      : [[`beta.kubernetes.io/${key}`, value] as const];
  });
  if (added.length === 0) return node;
  return withMetadata(node, { labels: { ...labels, ...Object.fromEntries(added) } });
}

function loseTouch(client: ClusterClient, clock: Clock, node: KubeObject): void {
  const before = listOf(at(node, 'status', 'conditions')).filter(isObject);
  const now = timestamp(clock.now());
  const types = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
  const unknown = types.map((type) => {
    const present = before.find((condition) => condition['type'] === type);
    if (present && present['status'] === 'Unknown') return present;
    const told = present !== undefined;
    return {
      ...(present ?? { type, lastHeartbeatTime: textOf(node.metadata['creationTimestamp']) }),
      status: 'Unknown',
      lastTransitionTime: now,
      reason: told ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
      message: told ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
    };
  });
  const others = before.filter((condition) => !types.includes(textOf(condition['type'])));
  const conditions = [...unknown, ...others];
  if (sameJson(conditions, before)) return;
  client.update('/nodes', { ...node, status: { ...objectOf(node['status']), conditions } }, 'status');
}
