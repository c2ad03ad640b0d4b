import { isV6 } from '../kube-apiserver/validation/addresses.ts';
import { at, isObject, type JsonObject, listOf, objectOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { isTerminating, nameOf, namespaceOf, uidOf } from '../kube-apiserver/metadata.ts';

/** What both kinds of endpoints are made from: the pods of a Service as its controllers see them. */

export const headlessLabel = 'service.kubernetes.io/headless';
export const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Whether a controller keeps endpoints for the Service: one with a selector, and not a mere DNS name. */
export function hasEndpoints(service: KubeObject): boolean {
  return isObject(at(service, 'spec', 'selector')) && at(service, 'spec', 'type') !== 'ExternalName';
}

export function isHeadless(service: KubeObject): boolean {
  return at(service, 'spec', 'clusterIP') === 'None';
}

export function selects(selector: JsonObject, object: KubeObject | undefined): boolean {
  const labels = objectOf(object?.metadata['labels']);
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** The pods a Service chooses among those of its namespace. */
export function podsOf(service: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  const selector = objectOf(at(service, 'spec', 'selector'));
  return pods.filter((pod) => selects(selector, pod));
}

export function conditionOf(object: KubeObject, type: string): JsonObject | undefined {
  return listOf(at(object, 'status', 'conditions'))
    .filter(isObject)
    .find((condition) => condition['type'] === type);
}

export function isReady(object: KubeObject): boolean {
  return conditionOf(object, 'Ready')?.['status'] === 'True';
}

/** A pod has endpoints from its first address until it has ended for good. */
export function isEndpoint(pod: KubeObject, withTerminating: boolean): boolean {
  const phase = at(pod, 'status', 'phase');
  return (
    phase !== 'Failed' &&
    phase !== 'Succeeded' &&
    addressesOf(pod).length > 0 &&
    (withTerminating || !isTerminating(pod))
  );
}

/** Addresses of a pod, all or of one family. */
export function addressesOf(pod: KubeObject, family?: string): readonly string[] {
  const listed = listOf(at(pod, 'status', 'podIPs')).map((each) => textOf(at(each, 'ip')));
  const single = textOf(at(pod, 'status', 'podIP'));
  const all = listed.length > 0 ? listed : [single];
  return all.filter((ip) => ip !== '' && (family === undefined || isV6(ip) === (family === 'IPv6')));
}

export interface EndpointPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** The ports of a Service as they are on this pod; one whose name the pod does not have is left out. */
export function portsOn(service: KubeObject, pod: KubeObject): readonly EndpointPort[] {
  return listOf(at(service, 'spec', 'ports'))
    .filter(isObject)
    .flatMap((port) => {
      const protocol = textOf(port['protocol']) || 'TCP';
      const number = portNumber(port['targetPort'] ?? port['port'], protocol, pod);
      if (number === undefined) return [];
      const { appProtocol } = port;
      return [
        {
          name: textOf(port['name']),
          port: number,
          protocol,
          ...(typeof appProtocol === 'string' ? { appProtocol } : {}),
        },
      ];
    });
}

function portNumber(target: unknown, protocol: string, pod: KubeObject): number | undefined {
  if (typeof target === 'number') return target;
  const containers = [...listOf(at(pod, 'spec', 'containers')), ...sidecars(pod)];
  const named = containers
    .flatMap((container) => listOf(at(container, 'ports')))
    .find((port) => at(port, 'name') === target && (at(port, 'protocol') ?? 'TCP') === protocol);
  const number = at(named, 'containerPort');
  return typeof number === 'number' ? number : undefined;
}

/** Init containers that run on beside the others. */
function sidecars(pod: KubeObject): readonly JsonObject[] {
  return listOf(at(pod, 'spec', 'initContainers'))
    .filter(isObject)
    .filter((container) => container['restartPolicy'] === 'Always');
}

export function targetOf(pod: KubeObject): JsonObject {
  return { kind: 'Pod', namespace: namespaceOf(pod), name: nameOf(pod), uid: uidOf(pod) };
}

/** The name under which DNS knows the pod of this Service. */
export function hostnameOf(service: KubeObject, pod: KubeObject): JsonObject {
  const hostname = textOf(at(pod, 'spec', 'hostname'));
  return hostname !== '' && at(pod, 'spec', 'subdomain') === nameOf(service) ? { hostname } : {};
}
