import type { Clock } from '../../src/clock.ts';
import { resourceOf } from '../kube-apiserver/cluster.ts';
import { at, isObject, type JsonObject, listOf, objectOf, sameJson } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { withField } from '../kube-apiserver/kinds/strategy.ts';
import { finalizersOf, isTerminating, timestamp } from '../kube-apiserver/metadata.ts';
import { specFinalizers } from '../kube-apiserver/rest/delete.ts';
import type { ClusterClient, Resource } from './client.ts';
import { workQueue } from './work-queue.ts';

/** The real one takes about 5 s; shorter, so that `kubectl delete namespace` does not hold up a lab. */
const delayMs = 1000;

/**
 * What is in a terminating namespace is deleted, what remains is told in its conditions, and when nothing is left the
 * namespace goes. Content that finalizers or a grace period hold is looked at again after the same delay.
 */
export function runNamespaceDeletion(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const queue = workQueue(clock, signal, delayMs, (name) => {
    const namespace = client.get('/namespaces', '', name);
    if (!namespace || !isTerminating(namespace) || !specFinalizers(namespace).includes('kubernetes')) return;
    if (!finish(client, clock, namespace, name)) queue.add(name);
  });
  client.watch('/namespaces', ({ key, object }) => {
    if (object && isTerminating(object) && specFinalizers(object).includes('kubernetes')) queue.add(key);
  });
}

interface Content {
  /** `configmaps.`, `deployments.apps`, as the conditions name a resource. */
  readonly resource: string;
  readonly objects: readonly KubeObject[];
}

/** Deletes the content; answers whether the namespace needs no further look. */
function finish(client: ClusterClient, clock: Clock, namespace: KubeObject, name: string): boolean {
  const kinds = client.kinds.filter((kind) => kind.namespaced && kind.verbs.includes('delete'));
  for (const kind of kinds) {
    const resource = resourceOf(kind) as Resource;
    for (const object of client.list(resource, name)) client.delete(resource, object);
  }
  const left = kinds
    .map(
      (kind): Content => ({
        resource: `${kind.plural}.${kind.group}`,
        objects: client.list(resourceOf(kind) as Resource, name),
      }),
    )
    .filter(({ objects }) => objects.length > 0);
  const status = objectOf(namespace['status']);
  const conditions = withTimes(conditionsOf(left), listOf(status['conditions']).filter(isObject), clock);
  const told = sameJson(conditions, status['conditions'])
    ? namespace
    : client.update('/namespaces', withField(namespace, 'status', { ...status, conditions }), 'status');
  if (left.length > 0) return false;
  const others = specFinalizers(namespace).filter((each) => each !== 'kubernetes');
  client.update('/namespaces', withField(told, 'spec', others.length > 0 ? { finalizers: others } : {}), 'finalize');
  return true;
}

function conditionsOf(left: readonly Content[]): readonly JsonObject[] {
  const resources = left.map(({ resource, objects }) => `${resource} has ${objects.length} resource instances`);
  const counts = new Map<string, number>();
  for (const finalizer of left.flatMap(({ objects }) => objects.flatMap(finalizersOf))) {
    counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  const finalizers = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const condition = (type: string, bad: boolean, reason: string, message: string): JsonObject => ({
    type,
    status: bad ? 'True' : 'False',
    reason,
    message,
  });
  const [remain, held] = [resources.length > 0, finalizers.length > 0];
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    remain
      ? condition(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${resources.toSorted().join(', ')}`,
        )
      : condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    held
      ? condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers.toSorted().join(', ')}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
}

/** A condition keeps its time while its status does. */
function withTimes(
  conditions: readonly JsonObject[],
  before: readonly JsonObject[],
  clock: Clock,
): readonly JsonObject[] {
  return conditions.map((condition) => {
    const old = before.find((each) => each['type'] === condition['type']);
    const same = old?.['status'] === condition['status'];
    const { type = '', status = '', ...words } = condition;
    const lastTransitionTime = (same ? at(old, 'lastTransitionTime') : undefined) ?? timestamp(clock.now());
    return { type, status, lastTransitionTime, ...words };
  });
}
