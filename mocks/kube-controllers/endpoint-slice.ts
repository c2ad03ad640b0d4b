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
import { isTerminating, nameOf, namespaceOf, uidOf, withMetadata } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { type EndpointGroup, planSlices, type SliceContent } from './endpoint-slice-plan.ts';
import { objectIndex } from './object-index.ts';
import {
  addressesOf,
  type EndpointPort,
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
import { triggerTimes } from './trigger-time.ts';
import { servicesOf, watchServicePods } from './service-watch.ts';
import { workQueue } from './work-queue.ts';

export const serviceLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';

const delayMs = 2;

/**
 * EndpointSlices of Services with a selector: at most 100 endpoints each, by address family and by the ports as the pods
 * have them. Once nothing changes any more, they are what `sliceGroups` says of Service, pods and nodes.
 */
export function runEndpointSlices(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const times = triggerTimes();
  const slicesOf = slicesByService(client, manager);
  const queue = workQueue(clock, signal, delayMs, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const service = client.get('/services', namespace, name);
    if (!service || isTerminating(service)) times.forget(key);
    // The garbage collector takes the slices of a Service that is gone.
    if (!service || !hasEndpoints(service)) return;
    const own = slicesOf(key).filter((slice) => !isTerminating(slice));
    sync(client, service, own, (pods) => times.next(key, service, pods));
  });
  watchServicePods(client, queue);
  client.watch('/nodes', ({ key: nodeName, object, previous }) => {
    if (object && previous && zoneOf(object) === zoneOf(previous)) return;
    for (const pod of client.list('/pods').filter((each) => at(each, 'spec', 'nodeName') === nodeName)) {
      for (const service of servicesOf(client, pod)) queue.add(keyOfService(service));
    }
  });
  client.watch('discovery.k8s.io/endpointslices', ({ object, previous }) => {
    const slice = object ?? previous;
    const key = slice && serviceKeyOf(slice, manager);
    // Somebody else's change to a slice is taken back, a deleted one made again.
    if (key !== undefined) queue.add(key);
  });
}

/** The Service, as `namespace/name`, of a slice that this controller manages. */
function serviceKeyOf(slice: KubeObject, managedBy: string): string | undefined {
  const labels = objectOf(slice.metadata['labels']);
  return labels[managedByLabel] === managedBy ? `${namespaceOf(slice)}/${textOf(labels[serviceLabel])}` : undefined;
}

/** The slices that a controller manages, by their Service. */
export function slicesByService(client: ClusterClient, managedBy: string): (key: string) => readonly KubeObject[] {
  return objectIndex(client, 'discovery.k8s.io/endpointslices', (slice) => serviceKeyOf(slice, managedBy));
}

const keyOfService = (service: KubeObject): string => `${namespaceOf(service)}/${nameOf(service)}`;
const zoneOf = (node: KubeObject | undefined): Json | undefined =>
  objectOf(node?.metadata['labels'])['topology.kubernetes.io/zone'];

function sync(
  client: ClusterClient,
  service: KubeObject,
  own: readonly KubeObject[],
  triggered: (pods: readonly KubeObject[]) => string | undefined,
): void {
  const namespace = namespaceOf(service);
  const pods = podsOf(service, client.list('/pods', namespace));
  const time = triggered(pods);
  const families = listOf(at(service, 'spec', 'ipFamilies')).map(textOf);
  for (const slice of own) {
    if (!families.includes(textOf(slice['addressType']))) client.delete('discovery.k8s.io/endpointslices', slice);
  }
  for (const family of families) {
    const groups = sliceGroups(service, pods, family, (name) => client.get('/nodes', '', name));
    const existing = own.filter((slice) => slice['addressType'] === family);
    const plan = planSlices(groups, existing);
    // The garbage collector is taking the slices of a Service that is going.
    for (const content of isTerminating(service) ? [] : plan.create) {
      client.create('discovery.k8s.io/endpointslices', newSlice(service, family, content, time));
    }
    const updated = new Set(plan.update.map(({ slice }) => slice));
    const relabelled = existing
      .filter((slice) => !updated.has(slice) && !plan.remove.includes(slice))
      .filter((slice) => !sameJson(objectOf(slice.metadata['labels']), labelsOf(service)))
      .map((slice) => ({ slice, content: { ports: objects(slice['ports']), endpoints: objects(slice['endpoints']) } }));
    for (const { slice, content } of [...plan.update, ...relabelled]) {
      client.update('discovery.k8s.io/endpointslices', { ...withTrigger(slice, service, time), ...content });
    }
    for (const slice of plan.remove) client.delete('discovery.k8s.io/endpointslices', slice);
  }
}

const objects = (value: Json | undefined): readonly JsonObject[] => listOf(value).filter(isObject);

/** The endpoints that the slices of one address family are to hold, grouped by ports. Pure. */
export function sliceGroups(
  service: KubeObject,
  pods: readonly KubeObject[],
  family: string,
  nodeOf: (name: string) => KubeObject | undefined,
): readonly EndpointGroup[] {
  const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: JsonObject[] }>();
  for (const pod of pods) {
    const node = nodeOf(textOf(at(pod, 'spec', 'nodeName')));
    const addresses = addressesOf(pod, family);
    // A pod whose node is gone has no endpoint.
    if (!isEndpoint(pod, true) || addresses.length === 0 || !node) continue;
    const ports = portsOn(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(service, pod, node, addresses));
  }
  return [...groups.values()].map(({ ports, endpoints }) => ({
    ports: ports.map((port) => ({ ...port })),
    endpoints: withHints(service, endpoints),
  }));
}

function endpointOf(service: KubeObject, pod: KubeObject, node: KubeObject, addresses: readonly string[]): JsonObject {
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const ready = at(service, 'spec', 'publishNotReadyAddresses') === true || (serving && !terminating);
  const zone = zoneOf(node);
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...hostnameOf(service, pod),
    targetRef: targetOf(pod),
    nodeName: nameOf(node),
    ...(typeof zone === 'string' && zone !== '' ? { zone } : {}),
  };
}

/** `trafficDistribution` keeps traffic in the zone, or on the node, of a ready endpoint. */
function withHints(service: KubeObject, endpoints: readonly JsonObject[]): readonly JsonObject[] {
  const wish = at(service, 'spec', 'trafficDistribution');
  const near = wish === 'PreferClose' || wish === 'PreferSameZone' || wish === 'PreferSameNode';
  if (!near) return endpoints;
  return endpoints.map((endpoint) => {
    const { zone, nodeName } = endpoint;
    if (at(endpoint, 'conditions', 'ready') !== true) return endpoint;
    const hints = {
      ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
      ...(wish === 'PreferSameNode' && nodeName !== undefined ? { forNodes: [{ name: nodeName }] } : {}),
    };
    return Object.keys(hints).length === 0 ? endpoint : { ...endpoint, hints };
  });
}

/** The labels of a slice: those of its Service, and whose it is. */
function labelsOf(service: KubeObject): JsonObject {
  const {
    [headlessLabel]: _headless,
    [managedByLabel]: _manager,
    [serviceLabel]: _service,
    ...own
  } = objectOf(service.metadata['labels']);
  return {
    ...own,
    [managedByLabel]: manager,
    [serviceLabel]: nameOf(service),
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
  };
}

function withTrigger(slice: KubeObject, service: KubeObject, time: string | undefined): KubeObject {
  const { [triggerAnnotation]: _old, ...others } = objectOf(slice.metadata['annotations']);
  const annotations = { ...others, ...(time === undefined ? {} : { [triggerAnnotation]: time }) };
  return withMetadata(slice, {
    labels: labelsOf(service),
    annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
  });
}

function newSlice(
  service: KubeObject,
  family: string,
  content: SliceContent,
  time: string | undefined,
): JsonObject & { readonly metadata: JsonObject } {
  return {
    metadata: {
      generateName: `${nameOf(service)}-`,
      namespace: namespaceOf(service),
      labels: labelsOf(service),
      ...(time === undefined ? {} : { annotations: { [triggerAnnotation]: time } }),
      ownerReferences: [ownerOf('v1', 'Service', service)],
    },
    addressType: family,
    // An empty list is not even sent: nobody owns the field.
    ...(content.endpoints.length > 0 ? { endpoints: content.endpoints } : {}),
    ...(content.ports.length > 0 ? { ports: content.ports } : {}),
  };
}

/** A reference that makes `owner` the controller of an object, and lets the object hold up its foreground deletion. */
export function ownerOf(apiVersion: string, kind: string, owner: KubeObject): JsonObject {
  return {
    apiVersion,
    kind,
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}
