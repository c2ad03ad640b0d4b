import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';

/** What the rules of Services ask of a Service, in one place. */

export function specOf(service: KubeObject): JsonObject {
  return objectOf(service['spec']);
}

export function typeOf(service: KubeObject): string {
  return textOf(specOf(service)['type']);
}

export function portsOf(service: KubeObject): readonly JsonObject[] {
  return listOf(specOf(service)['ports']).filter(isObject);
}

export function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).map(textOf);
}

export function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

export function clusterIPsOf(service: KubeObject): readonly string[] {
  return textsOf(specOf(service)['clusterIPs']);
}

export function familiesOf(service: KubeObject): readonly string[] {
  return textsOf(specOf(service)['ipFamilies']);
}

export function isHeadless(service: KubeObject): boolean {
  const { clusterIPs, clusterIP } = specOf(service);
  return textsOf(clusterIPs).length === 1 && clusterIP === 'None';
}

export function isLoadBalancer(service: KubeObject): boolean {
  return typeOf(service) === 'LoadBalancer';
}

export function needsClusterIP(service: KubeObject): boolean {
  return ['ClusterIP', 'NodePort', 'LoadBalancer'].includes(typeOf(service));
}

/** Its ports may have node ports, whether asked for or given. */
export function hasNodePorts(service: KubeObject): boolean {
  return typeOf(service) === 'NodePort' || isLoadBalancer(service);
}

/** Ports that have none are given one. */
export function needsNodePort(service: KubeObject): boolean {
  if (typeOf(service) === 'NodePort') return true;
  return isLoadBalancer(service) && specOf(service)['allocateLoadBalancerNodePorts'] !== false;
}

export function needsHealthCheck(service: KubeObject): boolean {
  return isLoadBalancer(service) && specOf(service)['externalTrafficPolicy'] === 'Local';
}

/** Traffic from outside the cluster can reach it. */
export function isExternal(service: KubeObject): boolean {
  const { externalIPs } = specOf(service);
  return (
    isLoadBalancer(service) ||
    typeOf(service) === 'NodePort' ||
    (typeOf(service) === 'ClusterIP' && listOf(externalIPs).length > 0)
  );
}
