import type { Clock } from '../../src/clock.ts';
import { at, isObject, type JsonObject, listOf, objectOf, sameJson, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf, namespaceOf, withMetadata } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import {
  addressesOf,
  hasEndpoints,
  headlessLabel,
  hostnameOf,
  isEndpoint,
  isHeadless,
  isReady,
  podsOf,
  portsOn,
  targetOf,
  triggerAnnotation,
} from './service-pods.ts';
import { watchServicePods } from './service-watch.ts';
import { triggerTimes } from './trigger-time.ts';
import { workQueue } from './work-queue.ts';

export const endpointsManagedBy = 'endpoints.kubernetes.io/managed-by';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
/** More addresses do not go into one object; slices have no such limit. */
const capacity = 1000;
const delayMs = 2;

/** The older Endpoints object of each Service with a selector. */
export function runEndpoints(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const times = triggerTimes();
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const service = client.get('/services', namespace, name);
    const present = client.get('/endpoints', namespace, name);
    if (!service) {
      times.forget(key);
      if (present) client.delete('/endpoints', present);
      return;
    }
    if (!hasEndpoints(service)) return;
    const pods = podsOf(service, client.list('/pods', namespace));
    const time = times.next(key, service, pods);
    write(client, service, present, subsetsOf(service, pods), time);
  });
  watchServicePods(client, queue);
}

function write(
  client: ClusterClient,
  service: KubeObject,
  present: KubeObject | undefined,
  all: readonly JsonObject[],
  time: string | undefined,
): void {
  const { subsets, truncated } = withinCapacity(all);
  const { [headlessLabel]: _headless, ...own } = objectOf(service.metadata['labels']);
  const labels = {
    ...own,
    [endpointsManagedBy]: 'endpoint-controller',
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
  };
  const before = objectOf(present?.metadata['annotations']);
  const same =
    present &&
    sameJson(listOf(present['subsets']), subsets) &&
    sameJson(objectOf(present.metadata['labels']), labels) &&
    (before[overCapacity] !== undefined) === truncated;
  if (same) return;
  const { [triggerAnnotation]: _time, [overCapacity]: _over, ...others } = before;
  const annotations = {
    ...others,
    ...(time === undefined ? {} : { [triggerAnnotation]: time }),
    ...(truncated ? { [overCapacity]: 'truncated' } : {}),
  };
  const metadata = { labels, annotations: Object.keys(annotations).length > 0 ? annotations : undefined };
  if (present) client.update('/endpoints', { ...withMetadata(present, metadata), subsets });
  else {
    const named = { name: nameOf(service), namespace: namespaceOf(service), labels, annotations };
    client.create('/endpoints', { metadata: named, subsets });
  }
}

/** The addresses of a Service's pods by what ports they have there, in the order of their addresses. Pure. */
export function subsetsOf(service: KubeObject, pods: readonly KubeObject[]): readonly JsonObject[] {
  const [family] = listOf(at(service, 'spec', 'ipFamilies')).map(textOf);
  const unready = at(service, 'spec', 'publishNotReadyAddresses') === true;
  const groups = new Map<string, { ports: JsonObject[]; ready: JsonObject[]; notReady: JsonObject[] }>();
  for (const pod of pods) {
    const [ip] = addressesOf(pod, family);
    if (ip === undefined || !isEndpoint(pod, unready)) continue;
    const ports = portsOn(service, pod).map(({ name, ...port }) => ({ ...(name === '' ? {} : { name }), ...port }));
    if (ports.length === 0 && !isHeadless(service)) continue;
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] };
    groups.set(key, group);
    const nodeName = textOf(at(pod, 'spec', 'nodeName'));
    const address = {
      ip,
      ...hostnameOf(service, pod),
      ...(nodeName === '' ? {} : { nodeName }),
      targetRef: targetOf(pod),
    };
    (unready || isReady(pod) ? group.ready : group.notReady).push(address);
  }
  const sorted = (list: readonly JsonObject[]): readonly JsonObject[] =>
    list.toSorted((a, b) => (textOf(a['ip']) < textOf(b['ip']) ? -1 : 1));
  return [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 ? { addresses: sorted(ready) } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: sorted(notReady) } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  }));
}

/** Cuts to what one object may hold, from ready addresses last. Pure. */
export function withinCapacity(all: readonly JsonObject[]): {
  readonly subsets: readonly JsonObject[];
  readonly truncated: boolean;
} {
  const count = (key: string): number => all.reduce((sum, subset) => sum + listOf(subset[key]).length, 0);
  const ready = count('addresses');
  if (ready + count('notReadyAddresses') <= capacity) return { subsets: all, truncated: false };
  const room = { addresses: Math.min(ready, capacity), notReadyAddresses: Math.max(0, capacity - ready) };
  const subsets = all.flatMap((subset) => {
    const cut = Object.fromEntries(
      (['addresses', 'notReadyAddresses'] as const).flatMap((key) => {
        const taken = listOf(subset[key]).filter(isObject).slice(0, room[key]);
        room[key] -= taken.length;
        return taken.length > 0 ? [[key, taken]] : [];
      }),
    );
    return Object.keys(cut).length > 0 ? [{ ...cut, ...(subset['ports'] ? { ports: subset['ports'] } : {}) }] : [];
  });
  return { subsets, truncated: true };
}
