import { type JsonObject, objectOf, sameJson, textOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';
import { withField, withSpec } from '../strategy.ts';
import {
  clusterIPsOf,
  hasNodePorts,
  isExternal,
  isLoadBalancer,
  needsClusterIP,
  needsHealthCheck,
  needsNodePort,
  numberOf,
  portsOf,
  specOf,
} from './fields.ts';

/**
 * An update that leaves out what the cluster gave keeps it: addresses, node ports (by protocol and port), the health check
 * port. `clusterIP` and `clusterIPs` follow each other.
 */
export function keepAllocated(service: KubeObject, old: KubeObject | undefined): KubeObject {
  if (!old) return inStep(service, undefined);
  return inStep(keepHealthCheck(keepNodePorts(keepAddresses(service, old), old), old), old);
}

function keepAddresses(service: KubeObject, old: KubeObject): KubeObject {
  if (!needsClusterIP(old) || !needsClusterIP(service)) return service;
  const clusterIP = specOf(service)['clusterIP'] ?? specOf(old)['clusterIP'];
  const same = clusterIP === specOf(old)['clusterIP'];
  const clusterIPs = clusterIPsOf(service).length === 0 && same ? clusterIPsOf(old) : clusterIPsOf(service);
  return withSpec(service, { clusterIP, clusterIPs });
}

function keepNodePorts(service: KubeObject, old: KubeObject): KubeObject {
  if (!hasNodePorts(old) || !needsNodePort(service)) return service;
  const used = (each: KubeObject): number[] => portsOf(each).map((port) => numberOf(port['nodePort']));
  const busy = new Set(used(service).filter((port) => port !== 0 && used(old).includes(port)));
  const before = new Map(portsOf(old).map((port) => [portKey(port), numberOf(port['nodePort'])]));
  const ports = portsOf(service).map((port) => {
    if (numberOf(port['nodePort']) !== 0) return port;
    const kept = before.get(portKey(port)) ?? 0;
    if (kept === 0 || busy.has(kept)) return port;
    return { ...port, nodePort: kept };
  });
  return withSpec(service, { ports });
}

function portKey({ protocol, port }: JsonObject): string {
  return `${textOf(protocol)}/${numberOf(port)}`;
}

function keepHealthCheck(service: KubeObject, old: KubeObject): KubeObject {
  const given = numberOf(specOf(service)['healthCheckNodePort']);
  if (!needsHealthCheck(old) || !needsHealthCheck(service) || given !== 0) return service;
  return withSpec(service, { healthCheckNodePort: specOf(old)['healthCheckNodePort'] });
}

function inStep(service: KubeObject, old: KubeObject | undefined): KubeObject {
  const clusterIP = specOf(service)['clusterIP'];
  const list = clusterIPsOf(service);
  if (!old) {
    return typeof clusterIP === 'string' && list.length === 0
      ? withSpec(service, { clusterIPs: [clusterIP] })
      : service;
  }
  const unchangedList = sameJson([...list], [...clusterIPsOf(old)]);
  if (clusterIP === specOf(old)['clusterIP']) {
    return list.length === 0 && clusterIPsOf(old).length > 0 ? withSpec(service, { clusterIP: undefined }) : service;
  }
  if (!unchangedList) {
    return typeof clusterIP === 'string' && list.length === 0
      ? withSpec(service, { clusterIPs: [clusterIP] })
      : service;
  }
  return withSpec(service, {
    clusterIPs: typeof clusterIP === 'string' ? [clusterIP, ...list.slice(1)] : undefined,
  });
}

/** A new type drops what does not belong to it, unless the same update changed it: then validation refuses it. */
export function dropForeignFields(service: KubeObject, old: KubeObject): KubeObject {
  const before = specOf(old);
  const after = specOf(service);
  const same = (key: string): boolean => sameJson(before[key], after[key]);
  const lost = (needs: (each: KubeObject) => boolean): boolean => needs(old) && !needs(service);
  const dropped = [
    ...(lost(needsClusterIP) && same('clusterIP') && same('clusterIPs') ? ['clusterIP', 'clusterIPs'] : []),
    ...(lost(needsClusterIP) && same('ipFamilies') ? ['ipFamilies'] : []),
    ...(lost(needsClusterIP) && same('ipFamilyPolicy') ? ['ipFamilyPolicy'] : []),
    ...(lost(needsHealthCheck) && same('healthCheckNodePort') ? ['healthCheckNodePort'] : []),
    ...(lost(isLoadBalancer) && same('allocateLoadBalancerNodePorts') ? ['allocateLoadBalancerNodePorts'] : []),
    ...(lost(isLoadBalancer) && same('loadBalancerClass') ? ['loadBalancerClass'] : []),
    ...(lost(isExternal) && same('externalTrafficPolicy') ? ['externalTrafficPolicy'] : []),
  ];
  const kept = withSpec(service, Object.fromEntries(dropped.map((key) => [key, undefined])));
  const portless = lost(hasNodePorts) && sameNodePorts(service, old) ? withoutNodePorts(kept) : kept;
  if (!lost(isLoadBalancer)) return portless;
  return withField(portless, 'status', { ...objectOf(service['status']), loadBalancer: {} });
}

function sameNodePorts(service: KubeObject, old: KubeObject): boolean {
  const numbers = (each: KubeObject): string =>
    [...new Set(portsOf(each).map((port) => numberOf(port['nodePort'])))]
      .filter(Boolean)
      .toSorted((a, b) => a - b)
      .join();
  return numbers(service) === numbers(old);
}

function withoutNodePorts(service: KubeObject): KubeObject {
  return withSpec(service, { ports: portsOf(service).map(({ nodePort: _nodePort, ...port }) => port) });
}
