import type { Clock } from '../../../src/clock.ts';
import { at, isObject, type JsonObject, listOf, objectOf, textOf } from '../../kube-apiserver/json.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { nameOf, timestamp } from '../../kube-apiserver/metadata.ts';
import { numberOf } from '../replica-set.ts';
import { conditionOf } from '../service-pods.ts';
import { availableOf, leeway, replicasOf, sum } from './rolling-update.ts';

/** The status of a Deployment from its ReplicaSets. Pure but for the time. */
export function statusOf(
  deployment: KubeObject,
  sets: readonly KubeObject[],
  newSet: KubeObject | undefined,
  clock: Clock,
): JsonObject {
  const before = objectOf(deployment['status']);
  const count = (key: string): number => sum(sets.map((set) => numberOf(at(set, 'status', key))));
  const available = sum(sets.map(availableOf));
  const counts = {
    observedGeneration: deployment.metadata['generation'] ?? 0,
    replicas: count('replicas'),
    updatedReplicas: numberOf(at(newSet, 'status', 'replicas')),
    readyReplicas: count('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets.map(replicasOf)) - available),
    terminatingReplicas: count('terminatingReplicas'),
    ...(before['collisionCount'] === undefined ? {} : { collisionCount: before['collisionCount'] }),
  };
  const enough = available >= replicasOf(deployment) - leeway(deployment).unavailable;
  const availability = enough
    ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.');
  const failure = [...(newSet ? [newSet] : []), ...sets]
    .map((set) => conditionOf(set, 'ReplicaFailure'))
    .find((each) => each !== undefined);
  let conditions = withCondition(listOf(before['conditions']).filter(isObject), availability, clock);
  if (at(deployment, 'spec', 'paused') !== true) {
    const progress = progressOf(deployment, newSet, counts, clock);
    // Each step forward begins the deadline anew.
    const step = progress?.['reason'] === 'ReplicaSetUpdated';
    if (progress) conditions = withCondition(conditions, progress, clock, step);
  }
  conditions = conditions.filter((each) => each['type'] !== 'ReplicaFailure');
  if (failure) {
    const { status, reason, message } = failure;
    const told = condition('ReplicaFailure', textOf(status), textOf(reason), textOf(message));
    const old = listOf(before['conditions'])
      .filter(isObject)
      .filter((each) => each['type'] === 'ReplicaFailure');
    conditions = [...conditions, ...withCondition(old, told, clock)];
  }
  return { ...counts, conditions };
}

function condition(type: string, status: string, reason: string, message: string): JsonObject {
  return { type, status, reason, message };
}

/** Sets a condition: unchanged when only its message differs, its time of transition kept while its status is. */
export function withCondition(
  before: readonly JsonObject[],
  next: JsonObject,
  clock: Clock,
  force = false,
): readonly JsonObject[] {
  const present = before.find((each) => each['type'] === next['type']);
  if (!force && present && present['status'] === next['status'] && present['reason'] === next['reason']) return before;
  const now = timestamp(clock.now());
  const same = present && present['status'] === next['status'];
  const { type = '', status = '', ...words } = next;
  const written = {
    type,
    status,
    lastUpdateTime: now,
    lastTransitionTime: same ? textOf(present['lastTransitionTime']) : now,
    ...words,
  };
  return [...before.filter((each) => each['type'] !== next['type']), written];
}

type Counts = Readonly<Record<'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas', number>>;

/** Whether every pod there is serves and is of the wanted template. */
export function isComplete(deployment: KubeObject, counts: Counts): boolean {
  const wanted = replicasOf(deployment);
  return counts.updatedReplicas === wanted && counts.replicas === wanted && counts.availableReplicas === wanted;
}

function progressOf(
  deployment: KubeObject,
  newSet: KubeObject | undefined,
  counts: Counts,
  clock: Clock,
): JsonObject | undefined {
  const seconds = at(deployment, 'spec', 'progressDeadlineSeconds');
  if (typeof seconds !== 'number' || seconds >= 2 ** 31 - 1) return undefined;
  const present = conditionOf(deployment, 'Progressing');
  const done = counts.replicas === counts.updatedReplicas && present?.['reason'] === 'NewReplicaSetAvailable';
  if (done) return undefined;
  const who = newSet ? `ReplicaSet "${nameOf(newSet)}"` : `Deployment "${nameOf(deployment)}"`;
  if (isComplete(deployment, counts)) {
    return condition('Progressing', 'True', 'NewReplicaSetAvailable', `${who} has successfully progressed.`);
  }
  const before = objectOf(deployment['status']);
  const old = (key: keyof Counts): number => numberOf(before[key]);
  const progressing =
    counts.updatedReplicas > old('updatedReplicas') ||
    counts.replicas - counts.updatedReplicas < old('replicas') - old('updatedReplicas') ||
    counts.readyReplicas > old('readyReplicas') ||
    counts.availableReplicas > old('availableReplicas');
  if (progressing) {
    return condition('Progressing', 'True', 'ReplicaSetUpdated', `${who} is progressing.`);
  }
  const left = untilDeadline(deployment, clock);
  return left === 0
    ? condition('Progressing', 'False', 'ProgressDeadlineExceeded', `${who} has timed out progressing.`)
    : undefined;
}

/** Milliseconds until a rollout that does not progress counts as failed; undefined when none is under way. */
export function untilDeadline(deployment: KubeObject, clock: Clock): number | undefined {
  const seconds = at(deployment, 'spec', 'progressDeadlineSeconds');
  const present = conditionOf(deployment, 'Progressing');
  if (typeof seconds !== 'number' || !present || present['status'] !== 'True') return undefined;
  if (present['reason'] === 'NewReplicaSetAvailable') return undefined;
  return Math.max(0, Date.parse(textOf(present['lastUpdateTime'])) + seconds * 1000 - clock.now());
}
