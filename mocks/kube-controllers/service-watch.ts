import { at, objectOf, sameJson } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf, namespaceOf } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { hasEndpoints, selects } from './service-pods.ts';
import type { WorkQueue } from './work-queue.ts';

/** Adds the key of each Service that changes, or whose pods change in what endpoints show of them. */
export function watchServicePods(client: ClusterClient, queue: WorkQueue): void {
  client.watch('/services', ({ key }) => queue.add(key));
  client.watch('/pods', ({ object, previous }) => {
    const pod = object ?? previous;
    if (!pod || (object && previous && sameEndpoint(object, previous))) return;
    for (const service of servicesOf(client, object, previous)) queue.add(`${namespaceOf(pod)}/${nameOf(service)}`);
  });
}

/** The Services that choose the pod, as it is or as it was, and have endpoints. */
export function servicesOf(
  client: ClusterClient,
  ...states: readonly (KubeObject | undefined)[]
): readonly KubeObject[] {
  const pods = states.filter((each) => each !== undefined);
  const [pod] = pods;
  if (!pod) return [];
  return client.list('/services', namespaceOf(pod)).filter((service) => {
    const selector = objectOf(at(service, 'spec', 'selector'));
    return hasEndpoints(service) && pods.some((each) => selects(selector, each));
  });
}

function sameEndpoint(a: KubeObject, b: KubeObject): boolean {
  return (
    sameJson(a['spec'], b['spec']) &&
    sameJson(a['status'], b['status']) &&
    sameJson(a.metadata['labels'], b.metadata['labels']) &&
    a.metadata['deletionTimestamp'] === b.metadata['deletionTimestamp']
  );
}
