import { at, isObject, type JsonObject, listOf, textOf } from '../../kube-apiserver/json.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { nameOf, namespaceOf } from '../../kube-apiserver/metadata.ts';
import { serviceLabel } from '../../kube-controllers/endpoint-slice.ts';
import type { Endpoint, Protocol } from '../packet.ts';

export interface ServiceEndpoint extends Endpoint {
  readonly node: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

export type Policy = 'Cluster' | 'Local';

/** One port of a Service as kube-proxy knows it. */
export interface ServicePort {
  /** `namespace/name`. */
  readonly service: string;
  /** Unlike that of any other port. */
  readonly key: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly clusterIps: readonly string[];
  /** `externalIPs`, and the addresses of load balancers whose packets arrive with them as destination. */
  readonly externalIps: readonly string[];
  readonly balancerIps: readonly string[];
  readonly externalPolicy: Policy;
  readonly internalPolicy: Policy;
  /** How long a client keeps its endpoint; absent without affinity. */
  readonly affinityMs: number | undefined;
  /** Who may use the addresses of the balancer; empty: everybody. */
  readonly sourceRanges: readonly string[];
  readonly healthCheckNodePort: number | undefined;
  readonly endpoints: readonly ServiceEndpoint[];
}

/** What Services and EndpointSlices say to kube-proxy. Pure. */
export function serviceTable(services: readonly KubeObject[], slices: readonly KubeObject[]): readonly ServicePort[] {
  const slicesOf = Map.groupBy(
    slices.filter((slice) => slice['addressType'] === 'IPv4'),
    (slice) => `${namespaceOf(slice)}/${textOf(at(slice, 'metadata', 'labels', serviceLabel))}`,
  );
  return services.flatMap((service) => {
    const name = `${namespaceOf(service)}/${nameOf(service)}`;
    return portsOf(service, name, slicesOf.get(name) ?? []);
  });
}

function portsOf(service: KubeObject, name: string, slices: readonly KubeObject[]): readonly ServicePort[] {
  const spec = (key: string) => at(service, 'spec', key);
  const clusterIps = texts(spec('clusterIPs')).filter((ip) => ip !== 'None' && ip !== '');
  if (textOf(spec('type')) === 'ExternalName' || clusterIps.length === 0) return [];
  const seconds = at(spec('sessionAffinityConfig'), 'clientIP', 'timeoutSeconds');
  const shared = {
    service: name,
    clusterIps,
    externalIps: texts(spec('externalIPs')),
    balancerIps: listOf(at(service, 'status', 'loadBalancer', 'ingress')).flatMap((ingress) =>
      at(ingress, 'ipMode') === 'Proxy' ? [] : texts([textOf(at(ingress, 'ip'))]),
    ),
    externalPolicy: policyOf(textOf(spec('externalTrafficPolicy'))),
    internalPolicy: policyOf(textOf(spec('internalTrafficPolicy'))),
    affinityMs:
      spec('sessionAffinity') === 'ClientIP' ? (typeof seconds === 'number' ? seconds : 10_800) * 1000 : undefined,
    sourceRanges: texts(spec('loadBalancerSourceRanges')),
    healthCheckNodePort: positive(spec('healthCheckNodePort')),
  };
  return listOf(spec('ports'))
    .filter(isObject)
    .flatMap((port): readonly ServicePort[] => {
      const protocol = textOf(port['protocol']) || 'TCP';
      if (protocol !== 'TCP' && protocol !== 'UDP') return [];
      const number = Number(port['port']);
      return [
        {
          ...shared,
          protocol,
          key: `${name} ${protocol} ${number}`,
          port: number,
          nodePort: positive(port['nodePort']),
          endpoints: slices.flatMap((slice) => endpointsOf(slice, textOf(port['name']), protocol)),
        },
      ];
    });
}

/** Conditions that are not said: an endpoint is ready, and serves as it is ready. */
function endpointsOf(slice: KubeObject, portName: string, protocol: Protocol): readonly ServiceEndpoint[] {
  const named = listOf(slice['ports'])
    .filter(isObject)
    .find((port) => textOf(port['name']) === portName && (textOf(port['protocol']) || 'TCP') === protocol);
  const port = Number(named?.['port'] ?? 0);
  if (port === 0) return [];
  return listOf(slice['endpoints'])
    .filter(isObject)
    .flatMap((endpoint): readonly ServiceEndpoint[] => {
      const conditions: JsonObject | undefined = isObject(endpoint['conditions']) ? endpoint['conditions'] : undefined;
      const ready = conditions?.['ready'] !== false;
      const address = textOf(listOf(endpoint['addresses'])[0]);
      const serving = conditions?.['serving'] ?? ready;
      const terminating = conditions?.['terminating'] === true;
      return [{ address, port, node: textOf(endpoint['nodeName']), ready, serving: serving === true, terminating }];
    });
}

const texts = (value: Parameters<typeof listOf>[0]): readonly string[] =>
  listOf(value)
    .map(textOf)
    .filter((text) => text !== '');
const policyOf = (text: string): Policy => (text === 'Local' ? 'Local' : 'Cluster');
const positive = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 ? value : undefined);
