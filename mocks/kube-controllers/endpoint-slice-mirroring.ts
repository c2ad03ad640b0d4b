import type { Clock } from '../../src/clock.ts';
import { at, isObject, type JsonObject, listOf, objectOf, sameJson, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf, namespaceOf, withMetadata } from '../kube-apiserver/metadata.ts';
import { isV6 } from '../kube-apiserver/validation/addresses.ts';
import type { ClusterClient } from './client.ts';
import { managedByLabel, ownerOf, serviceLabel, slicesByService } from './endpoint-slice.ts';
import { type EndpointGroup, planSlices, type SliceContent } from './endpoint-slice-plan.ts';
import { triggerAnnotation } from './service-pods.ts';
import { workQueue } from './work-queue.ts';

const manager = 'endpointslicemirroring-controller.k8s.io';
const skipped = 'endpointslice.kubernetes.io/skip-mirror';
const leader = 'control-plane.alpha.kubernetes.io/leader';
const uncopied: readonly string[] = [triggerAnnotation, 'kubectl.kubernetes.io/last-applied-configuration'];
/** Of each subset, more are not mirrored. */
const mostAddresses = 1000;
const delayMs = 2;

/** Slices that repeat an Endpoints object made by hand for a Service without selector. */
export function runEndpointSliceMirroring(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const slicesOf = slicesByService(client, manager);
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const service = client.get('/services', namespace, name);
    const endpoints = client.get('/endpoints', namespace, name);
    const own = slicesOf(key);
    if (!endpoints || !service || isObject(at(service, 'spec', 'selector')) || !isMirrored(endpoints)) {
      for (const slice of own) client.delete('discovery.k8s.io/endpointslices', slice);
      return;
    }
    sync(client, endpoints, own);
  });
  client.watch('/endpoints', ({ key }) => queue.add(key));
  client.watch('/services', ({ key }) => queue.add(key));
}

function isMirrored(endpoints: KubeObject): boolean {
  const { labels, annotations } = endpoints.metadata;
  return objectOf(labels)[skipped] !== 'true' && objectOf(annotations)[leader] === undefined;
}

function sync(client: ClusterClient, endpoints: KubeObject, own: readonly KubeObject[]): void {
  for (const family of ['IPv4', 'IPv6']) {
    const groups = mirrored(endpoints, family);
    const existing = own.filter((slice) => slice['addressType'] === family);
    if (groups.length === 0 && existing.length === 0) continue;
    const plan = planSlices(groups, existing, mostAddresses);
    const filled = ({ endpoints: some }: SliceContent): boolean => some.length > 0;
    const metadata = metadataOf(endpoints);
    for (const content of plan.create.filter(filled)) {
      client.create('discovery.k8s.io/endpointslices', {
        metadata: {
          generateName: `${nameOf(endpoints)}-`,
          namespace: namespaceOf(endpoints),
          ...metadata,
          ownerReferences: [ownerOf('v1', 'Endpoints', endpoints)],
        },
        addressType: family,
        ...content,
      });
    }
    for (const { slice, content } of plan.update) {
      const next = { ...withMetadata(slice, { annotations: undefined, ...metadata }), ...content };
      if (!filled(content)) client.delete('discovery.k8s.io/endpointslices', slice);
      else if (!sameJson(next, slice)) client.update('discovery.k8s.io/endpointslices', next);
    }
    for (const slice of plan.remove) client.delete('discovery.k8s.io/endpointslices', slice);
  }
}

function metadataOf(endpoints: KubeObject): { readonly labels: JsonObject; readonly annotations?: JsonObject } {
  const annotations = Object.fromEntries(
    Object.entries(objectOf(endpoints.metadata['annotations'])).filter(([key]) => !uncopied.includes(key)),
  );
  return {
    labels: {
      ...objectOf(endpoints.metadata['labels']),
      [managedByLabel]: manager,
      [serviceLabel]: nameOf(endpoints),
    },
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

function mirrored(endpoints: KubeObject, family: string): readonly EndpointGroup[] {
  return listOf(endpoints['subsets'])
    .filter(isObject)
    .flatMap((subset) => {
      const some = (key: string, ready: boolean): readonly JsonObject[] =>
        listOf(subset[key])
          .filter(isObject)
          .filter((address) => isV6(textOf(address['ip'])) === (family === 'IPv6'))
          .map((address) => mirroredAddress(address, ready));
      const all = [...some('addresses', true), ...some('notReadyAddresses', false)].slice(0, mostAddresses);
      const ports = listOf(subset['ports'])
        .filter(isObject)
        .map((port) => ({ ...port, name: port['name'] ?? '' }));
      return all.length > 0 ? [{ ports, endpoints: all }] : [];
    });
}

function mirroredAddress({ ip, hostname, nodeName, targetRef }: JsonObject, ready: boolean): JsonObject {
  return {
    addresses: [ip ?? ''],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}
