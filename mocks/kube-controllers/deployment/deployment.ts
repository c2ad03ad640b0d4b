import type { Clock } from '../../../src/clock.ts';
import { at, isObject, type JsonObject, listOf, objectOf, sameJson } from '../../kube-apiserver/json.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { withSpec } from '../../kube-apiserver/kinds/strategy.ts';
import { isTerminating, nameOf, namespaceOf, uidOf, withMetadata } from '../../kube-apiserver/metadata.ts';
import { type ClusterClient, isRefusal } from '../client.ts';
import { eventRecorder, type RecordEvent } from '../event-recorder.ts';
import { claim, controllerOf, ownersToLookAt } from '../owned.ts';
import { filled, numberOf } from '../replica-set.ts';
import { conditionOf } from '../service-pods.ts';
import { workQueue } from '../work-queue.ts';
import {
  asRevision,
  byAge,
  freshSet,
  newSetOf,
  revisionAnnotation,
  revisionOf,
  sizeAnnotations,
  sizesOf,
} from './revision.ts';
import { leeway, nextNewSize, nextOldSizes, proportional, replicasOf, type Scaling } from './rolling-update.ts';
import { isComplete, statusOf, untilDeadline, withCondition } from './status.ts';

const delayMs = 2;

/** Everything a look at one Deployment works with. */
interface Look {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly record: RecordEvent;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Rolls pods out by way of ReplicaSets: one per template, the present one growing while the old ones shrink, within
 * `maxSurge` and `maxUnavailable`, or all old pods gone first with `Recreate`.
 */
export function runDeployments(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const record = eventRecorder(client, clock, 'deployment-controller');
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const look: Look = { client, clock, record, namespace, name };
    roll(look);
    const deployment = client.get('apps/deployments', namespace, name);
    const left = deployment && untilDeadline(deployment, clock);
    // A second later, as the deadline is past only then.
    if (left !== undefined) queue.add(key, left + 1000);
  });
  client.watch('apps/deployments', ({ key }) => queue.add(key));
  client.watch('apps/replicasets', ({ object, previous }) => {
    for (const key of ownersToLookAt(client, 'apps/deployments', object, previous)) queue.add(key);
  });
  // `Recreate` waits for the last old pod to be gone.
  client.watch('/pods', ({ object, previous }) => {
    if (object || !previous) return;
    const set = client
      .list('apps/replicasets', namespaceOf(previous))
      .find((each) => uidOf(each) === controllerOf(previous));
    for (const key of ownersToLookAt(client, 'apps/deployments', set, undefined)) queue.add(key);
  });
}

function read({ client, namespace, name }: Look): KubeObject | undefined {
  return client.get('apps/deployments', namespace, name);
}

function setsOf(look: Look, deployment: KubeObject): readonly KubeObject[] {
  return byAge(claim(look.client, 'apps/replicasets', deployment, objectOf(at(deployment, 'spec', 'selector'))));
}

function roll(look: Look): void {
  const deployment = read(look);
  if (!deployment) return;
  const sets = setsOf(look, deployment);
  if (isTerminating(deployment)) return report(look);
  notePause(look, deployment);
  const scaled = sets.some((set) => replicasOf(set) > 0 && sizesOf(set).desired !== replicasOf(deployment));
  if (at(deployment, 'spec', 'paused') === true || scaled) return resize(look);
  if (at(deployment, 'spec', 'strategy', 'type') === 'Recreate') return recreate(look);
  replaceStepwise(look);
}

function replaceStepwise(look: Look): void {
  const newSet = presentSet(look, true);
  const deployment = read(look);
  if (!newSet || !deployment) return;
  const old = oldSets(look, deployment, newSet);
  const size = nextNewSize(deployment, [...old, newSet], replicasOf(newSet));
  if (size === replicasOf(newSet)) {
    for (const scaling of nextOldSizes(deployment, newSet, old)) scaleSet(look, deployment, scaling);
  } else scaleSet(look, deployment, { set: newSet, replicas: size });
  tidyUp(look);
  report(look);
}

function recreate(look: Look): void {
  const deployment = read(look);
  if (!deployment) return;
  const present = presentSet(look, false);
  const old = oldSets(look, deployment, present);
  const running = old.filter((set) => replicasOf(set) > 0);
  for (const set of running) scaleSet(look, deployment, { set, replicas: 0 });
  const gone = running.length === 0 && !old.some((set) => hasPods(look, set));
  const newSet = gone ? presentSet(look, true) : undefined;
  if (newSet) scaleSet(look, deployment, { set: newSet, replicas: replicasOf(deployment) });
  tidyUp(look);
  report(look);
}

/** Whether pods of the set still run, be it that they are on their way out. */
function hasPods({ client, namespace }: Look, set: KubeObject): boolean {
  return client.list('/pods', namespace).some((pod) => {
    const phase = at(pod, 'status', 'phase');
    return controllerOf(pod) === uidOf(set) && phase !== 'Succeeded' && phase !== 'Failed';
  });
}

/** Paused, or `replicas` changed: nothing is rolled out, but sizes follow. */
function resize(look: Look): void {
  const newSet = presentSet(look, false);
  const deployment = read(look);
  if (!deployment) return;
  const sets = setsOf(look, deployment);
  const active = sets.filter((set) => replicasOf(set) > 0);
  const only = active.length <= 1 ? (active[0] ?? newSet ?? sets.at(-1)) : undefined;
  if (only) scaleSet(look, deployment, { set: only, replicas: replicasOf(deployment) });
  else if (newSet && isSaturated(deployment, newSet)) {
    for (const set of active) if (uidOf(set) !== uidOf(newSet)) scaleSet(look, deployment, { set, replicas: 0 });
  } else if (at(deployment, 'spec', 'strategy', 'type') === 'RollingUpdate') {
    const changes = proportional(deployment, active);
    for (const scaling of changes) scaleSet(look, deployment, scaling);
    for (const set of active) if (!changes.some((change) => change.set === set)) noteSizes(look, deployment, set);
  }
  if (at(deployment, 'spec', 'paused') === true) tidyUp(look);
  report(look);
}

function isSaturated(deployment: KubeObject, set: KubeObject): boolean {
  const wanted = replicasOf(deployment);
  return (
    replicasOf(set) === wanted &&
    sizesOf(set).desired === wanted &&
    numberOf(at(set, 'status', 'availableReplicas')) === wanted
  );
}

function oldSets(look: Look, deployment: KubeObject, newSet: KubeObject | undefined): readonly KubeObject[] {
  return setsOf(look, deployment).filter((set) => !newSet || uidOf(set) !== uidOf(newSet));
}

/** The ReplicaSet of the wanted template under the newest revision, made when it is wanted and not there. */
function presentSet(look: Look, makeIt: boolean): KubeObject | undefined {
  const { client } = look;
  const deployment = read(look);
  if (!deployment) return undefined;
  const sets = setsOf(look, deployment);
  const found = newSetOf(deployment, sets);
  const revision = Math.max(0, ...sets.filter((set) => set !== found).map(revisionOf)) + 1;
  if (found) {
    const minReadySeconds = at(deployment, 'spec', 'minReadySeconds');
    const next = withSpec(asRevision(deployment, found, revision), { minReadySeconds });
    const present = sameJson(next, found) ? found : client.update('apps/replicasets', next);
    noteRevision(look, deployment, present, 'FoundNewReplicaSet', `Found new replica set "${nameOf(present)}"`, false);
    return present;
  }
  if (!makeIt) return undefined;
  const { surge } = leeway(deployment);
  const size = nextNewSize(deployment, sets, 0);
  const fresh = freshSet(deployment, size, replicasOf(deployment) + surge, revision);
  try {
    const made = client.create('apps/replicasets', fresh);
    if (size > 0) {
      const message = `Scaled up replica set ${nameOf(made)} from 0 to ${size}`;
      look.record(deployment, 'ScalingReplicaSet', message);
    }
    noteRevision(look, deployment, made, 'NewReplicaSetCreated', `Created new replica set "${nameOf(made)}"`, true);
    return made;
  } catch (error) {
    if (!isRefusal(error, 'AlreadyExists')) throw error;
    // Another template has the name: the next look takes another.
    const status = objectOf(deployment['status']);
    const collisionCount = numberOf(status['collisionCount']) + 1;
    client.update('apps/deployments', { ...deployment, status: { ...status, collisionCount } }, 'status');
    return undefined;
  }
}

/** The Deployment says which revision it is at, and that its rollout has begun. */
function noteRevision(
  { client, clock }: Look,
  deployment: KubeObject,
  set: KubeObject,
  reason: string,
  message: string,
  always: boolean,
): void {
  const annotations = objectOf(deployment.metadata['annotations']);
  const revision = String(revisionOf(set));
  const deadline = typeof at(deployment, 'spec', 'progressDeadlineSeconds') === 'number';
  const begin = deadline && (always || !conditionOf(deployment, 'Progressing'));
  if (annotations[revisionAnnotation] === revision && !begin) return;
  const status = objectOf(deployment['status']);
  const before = listOf(status['conditions']).filter(isObject);
  const condition = { type: 'Progressing', status: 'True', reason, message };
  const conditions = begin ? withCondition(before, condition, clock) : before;
  const named = withMetadata(deployment, { annotations: { ...annotations, [revisionAnnotation]: revision } });
  client.update('apps/deployments', { ...named, status: { ...status, conditions } }, 'status');
}

function scaleSet(look: Look, deployment: KubeObject, { set, replicas }: Scaling): void {
  const before = replicasOf(set);
  noteSizes(look, deployment, withSpec(set, { replicas }));
  if (before === replicas) return;
  const way = replicas > before ? 'up' : 'down';
  const message = `Scaled ${way} replica set ${nameOf(set)} from ${before} to ${replicas}`;
  look.record(deployment, 'ScalingReplicaSet', message);
}

/** Writes a ReplicaSet with the sizes that its Deployment has now. */
function noteSizes({ client }: Look, deployment: KubeObject, set: KubeObject): void {
  const sizes = sizeAnnotations(deployment, replicasOf(deployment) + leeway(deployment).surge);
  const annotations = { ...objectOf(set.metadata['annotations']), ...sizes };
  // The server writes nothing where nothing changed.
  client.update('apps/replicasets', withMetadata(set, { annotations }));
}

/** Deletes the oldest ReplicaSets beyond the history limit, once the rollout is done. */
function tidyUp(look: Look): void {
  const { client } = look;
  const deployment = read(look);
  const limit = deployment && at(deployment, 'spec', 'revisionHistoryLimit');
  if (!deployment || typeof limit !== 'number') return;
  const sets = setsOf(look, deployment);
  const newSet = newSetOf(deployment, sets);
  if (!isComplete(deployment, countsOf(statusOf(deployment, sets, newSet, look.clock)))) return;
  const old = sets.filter((set) => set !== newSet && isIdle(set)).toSorted((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of old.slice(0, Math.max(0, old.length - limit))) client.delete('apps/replicasets', set);
}

function isIdle(set: KubeObject): boolean {
  const { generation } = set.metadata;
  const seen = numberOf(at(set, 'status', 'observedGeneration')) >= numberOf(generation);
  return replicasOf(set) === 0 && numberOf(at(set, 'status', 'replicas')) === 0 && seen && !isTerminating(set);
}

function countsOf(status: JsonObject): Parameters<typeof isComplete>[1] {
  const count = (key: string): number => numberOf(status[key]);
  return {
    replicas: count('replicas'),
    updatedReplicas: count('updatedReplicas'),
    readyReplicas: count('readyReplicas'),
    availableReplicas: count('availableReplicas'),
  };
}

function report(look: Look): void {
  const deployment = read(look);
  if (!deployment) return;
  const sets = setsOf(look, deployment);
  const status = statusOf(deployment, sets, newSetOf(deployment, sets), look.clock);
  if (sameJson(filled(status), filled(objectOf(deployment['status'])))) return;
  look.client.update('apps/deployments', { ...deployment, status }, 'status');
}

/** While a Deployment is paused its deadline does not run. */
function notePause({ client, clock }: Look, deployment: KubeObject): void {
  if (typeof at(deployment, 'spec', 'progressDeadlineSeconds') !== 'number') return;
  const present = conditionOf(deployment, 'Progressing');
  if (present?.['reason'] === 'ProgressDeadlineExceeded') return;
  const paused = at(deployment, 'spec', 'paused') === true;
  const told = present?.['reason'] === 'DeploymentPaused';
  if (paused === told) return;
  const [reason, message] = paused
    ? ['DeploymentPaused', 'Deployment is paused']
    : ['DeploymentResumed', 'Deployment is resumed'];
  const status = objectOf(deployment['status']);
  const condition = { type: 'Progressing', status: 'Unknown', reason, message };
  const conditions = withCondition(listOf(status['conditions']).filter(isObject), condition, clock);
  client.update('apps/deployments', { ...deployment, status: { ...status, conditions } }, 'status');
}
