import { at, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';
import { changed, withField, withSpec } from '../strategy.ts';
import { isExternal, isLoadBalancer, portsOf, specOf, typeOf } from './fields.ts';

const affinitySeconds = 10_800;

/** What a Service is given that its author left out, but for what only the cluster can give (addresses, ports). */
export function defaultService(service: KubeObject): KubeObject {
  const { type, sessionAffinity } = specOf(service);
  const typed = withSpec(service, {
    type: textOf(type) || 'ClusterIP',
    sessionAffinity: textOf(sessionAffinity) || 'None',
    ports: portsOf(service).map(defaultPort),
  });
  const { externalTrafficPolicy, internalTrafficPolicy, allocateLoadBalancerNodePorts } = specOf(typed);
  const external = textOf(externalTrafficPolicy) === '' && isExternal(typed);
  const internal = internalTrafficPolicy === undefined && typeOf(typed) !== 'ExternalName';
  const known = ['ClusterIP', 'NodePort', 'LoadBalancer'].includes(typeOf(typed));
  return defaultStatus(
    withSpec(typed, {
      sessionAffinityConfig: affinityConfig(specOf(typed)),
      ...(external ? { externalTrafficPolicy: 'Cluster' } : {}),
      ...(internal && known ? { internalTrafficPolicy: 'Cluster' } : {}),
      ...(isLoadBalancer(typed) && allocateLoadBalancerNodePorts === undefined
        ? { allocateLoadBalancerNodePorts: true }
        : {}),
    }),
  );
}

function defaultPort(port: JsonObject): JsonObject {
  const { protocol, targetPort } = port;
  const unset = targetPort === undefined || targetPort === 0 || targetPort === '';
  return { ...port, protocol: textOf(protocol) || 'TCP', ...(unset ? { targetPort: port['port'] ?? 0 } : {}) };
}

function affinityConfig({ sessionAffinity, sessionAffinityConfig }: JsonObject): Json | undefined {
  if (sessionAffinity === 'None') return undefined;
  const given = at(sessionAffinityConfig, 'clientIP', 'timeoutSeconds');
  if (sessionAffinity !== 'ClientIP' || given !== undefined) return sessionAffinityConfig;
  return { clientIP: { timeoutSeconds: affinitySeconds } };
}

/** An address is a VIP unless its balancer says otherwise. */
function defaultStatus(service: KubeObject): KubeObject {
  const status = objectOf(service['status']);
  const ingress = listOf(at(status, 'loadBalancer', 'ingress'));
  if (!isLoadBalancer(service) || ingress.length === 0) return service;
  const filled = ingress.map((each) =>
    isObject(each) && textOf(each['ip']) !== '' && each['ipMode'] === undefined ? { ...each, ipMode: 'VIP' } : each,
  );
  const loadBalancer = changed(objectOf(status['loadBalancer']), { ingress: filled });
  return withField(service, 'status', { ...status, loadBalancer });
}
