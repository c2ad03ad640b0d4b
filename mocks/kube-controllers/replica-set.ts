import type { Clock } from '../../src/clock.ts';
import {
  at,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  objectOf,
  sameJson,
  textOf,
} from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { isTerminating, nameOf, namespaceOf, timestamp } from '../kube-apiserver/metadata.ts';
import { ApiError } from '../kube-apiserver/status.ts';
import type { ClusterClient } from './client.ts';
import { ownerOf } from './endpoint-slice.ts';
import { eventRecorder, type RecordEvent } from './event-recorder.ts';
import { claim, ownersToLookAt } from './owned.ts';
import { byExpendability, isActive, untilAvailable } from './replica-set-pods.ts';
import { isReady } from './service-pods.ts';
import { workQueue } from './work-queue.ts';

const delayMs = 2;
/** More are not made or deleted in one go. */
const burst = 500;

/** Keeps as many pods of each ReplicaSet as it wants. */
export function runReplicaSets(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const record = eventRecorder(client, clock, 'replicaset-controller');
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const set = client.get('apps/replicasets', namespace, name);
    if (!set) return;
    const failure = isTerminating(set) ? undefined : manage(client, record, set);
    const again = writeStatus(client, clock, set, failure);
    if (again !== undefined) queue.add(key, again);
    // Tried again later, each time later.
    if (failure) throw failure;
  });
  client.watch('apps/replicasets', ({ key }) => queue.add(key));
  client.watch('/pods', ({ object, previous }) => {
    for (const key of ownersToLookAt(client, 'apps/replicasets', object, previous)) queue.add(key);
  });
  for (const set of client.list('apps/replicasets')) queue.add(`${namespaceOf(set)}/${nameOf(set)}`);
}

const selectorOf = (set: KubeObject): JsonObject => objectOf(at(set, 'spec', 'selector'));
export const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

/** Makes or deletes pods; answers why none could be made. */
function manage(client: ClusterClient, record: RecordEvent, set: KubeObject): ApiError | undefined {
  const pods = claim(client, '/pods', set, selectorOf(set)).filter(isActive);
  const wanted = numberOf(at(set, 'spec', 'replicas'));
  for (let missing = Math.min(burst, wanted - pods.length); missing > 0; missing -= 1) {
    try {
      const pod = client.create('/pods', podOf(set));
      record(set, 'SuccessfulCreate', `Created pod: ${nameOf(pod)}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      record(set, 'FailedCreate', `Error creating: ${error.message}`, 'Warning');
      return error;
    }
  }
  for (const pod of byExpendability(pods).slice(0, Math.max(0, Math.min(burst, pods.length - wanted)))) {
    client.delete('/pods', pod);
    record(set, 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`);
  }
  return undefined;
}

function podOf(set: KubeObject): JsonObject & { readonly metadata: JsonObject } {
  const template = objectOf(at(set, 'spec', 'template'));
  const { labels, annotations, finalizers } = objectOf(template['metadata']);
  return {
    metadata: {
      generateName: `${nameOf(set)}-`,
      namespace: namespaceOf(set),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [ownerOf('apps/v1', 'ReplicaSet', set)],
    },
    spec: objectOf(template['spec']),
  };
}

/** Writes the status where it changed; answers in how many milliseconds a pod becomes available by mere waiting. */
function writeStatus(
  client: ClusterClient,
  clock: Clock,
  seen: KubeObject,
  failure: ApiError | undefined,
): number | undefined {
  const set = client.get('apps/replicasets', namespaceOf(seen), nameOf(seen));
  if (!set) return undefined;
  const own = claim(client, '/pods', set, selectorOf(set));
  const pods = own.filter(isActive);
  const labels = Object.entries(objectOf(at(set, 'spec', 'template', 'metadata', 'labels')));
  const minReady = numberOf(at(set, 'spec', 'minReadySeconds'));
  const waits = pods.map((pod) => untilAvailable(pod, minReady, clock.now()));
  const before = objectOf(set['status']);
  const status = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter((pod) =>
      labels.every(([key, value]) => objectOf(pod.metadata['labels'])[key] === value),
    ).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    terminatingReplicas: own.filter(isTerminating).length,
    observedGeneration: set.metadata['generation'] ?? 0,
    conditions: conditionsOf(listOf(before['conditions']).filter(isObject), failure, clock),
  };
  if (!sameJson(filled(before), filled(status))) client.update('apps/replicasets', { ...set, status }, 'status');
  const left = waits.filter((wait) => wait !== undefined && wait > 0);
  return left.length > 0 ? Math.min(...left.map(Number)) : undefined;
}

function conditionsOf(
  before: readonly JsonObject[],
  failure: ApiError | undefined,
  clock: Clock,
): readonly JsonObject[] {
  const others = before.filter((condition) => condition['type'] !== 'ReplicaFailure');
  if (!failure) return others;
  const present = before.find((condition) => condition['type'] === 'ReplicaFailure');
  const condition = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: textOf(present?.['lastTransitionTime']) || timestamp(clock.now()),
    reason: 'FailedCreate',
    message: failure.message,
  };
  return [...others, condition];
}

/** A status with what the server leaves out when it is zero or empty. */
export function filled(status: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(status).filter(([, value]) => value !== 0 && !(Array.isArray(value) && value.length === 0)),
  );
}
