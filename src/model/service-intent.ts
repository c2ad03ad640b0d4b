import { PorticoError } from '../errors.ts';
import { cloudOptions, readOptions } from './annotations.ts';
import { familyOf, parseCidr } from './cidr.ts';
import type {
  HealthProbe,
  IpFamily,
  Listener,
  LoadBalancerIntent,
  NodeTarget,
  Protocol,
  RequestedAddress,
} from './intent.ts';
import type { Options } from './options.ts';
import type { ServiceOwner } from './owner.ts';
import { type DriftPolicy, type Policy, stricter } from './policy.ts';
import { keyOf, type Service, type ServicePort } from './service.ts';

/** What the cluster adds to a Service's own wishes. */
export interface Surroundings {
  /** Id of the cluster. */
  readonly cluster: string;
  readonly zones: readonly string[];
  readonly nodes: readonly NodeTarget[];
  /** What is meant where a Service does not say. */
  readonly defaults?: Options;
}

export interface ServiceIntent {
  readonly intent: LoadBalancerIntent;
  /** Whether the Service's owner consents to steps that give its present address up. */
  readonly allowAddressChange: boolean;
  readonly policy: Policy;
  readonly drift: DriftPolicy;
  /** Why some of the Service's ports are not served; empty when all are. Another port is, or there is no intent. */
  readonly unserved: readonly Unserved[];
}

/** A port that no balancer can serve. */
export interface Unserved {
  readonly port: number;
  readonly protocol: string;
  /** Ends a list of what is wrong with the Service. */
  readonly why: string;
}

/** kube-proxy's own health answer on every node. */
const proxyHealthPort = 10_256;

/** Kubernetes' default for sessionAffinityConfig.clientIP.timeoutSeconds. */
const defaultAffinitySeconds = 10_800;

/** Who owns what is made for this Service. */
export const ownerOf = ({ metadata }: Service, cluster: string): ServiceOwner => ({
  kind: 'service',
  cluster,
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
});

/**
 * What the Service asks for, in the terms of all clouds. Throws `invalid` or `unsupported` with every problem of the
 * Service in one message.
 */
export function serviceIntent(service: Service, around: Surroundings): ServiceIntent {
  const { spec, metadata } = service;
  const { options: asked, problems: bad } = readOptions(metadata.annotations);
  const options: Options = {
    ...around.defaults,
    ...asked,
    // An address that is only held ends with its balancer.
    ...(asked.retain === 'address' ? { 'address-policy': 'reserve' as const } : {}),
  };
  const problems = [...bad];
  const unserved: Unserved[] = [];

  const named = spec.ipFamilies.flatMap((family): IpFamily[] =>
    family === 'IPv4' ? ['ipv4'] : family === 'IPv6' ? ['ipv6'] : [],
  );
  const families = sorted<IpFamily>(named.length === 0 ? ['ipv4'] : named);
  const intent: LoadBalancerIntent = {
    owner: ownerOf(service, around.cluster),
    ...(spec.type === 'NodePort' ? { balancer: 'none' as const } : {}),
    scheme: options.scheme ?? 'external',
    families,
    listeners: listenersOf(spec.ports, unserved),
    trafficPolicy: spec.externalTrafficPolicy === 'Local' ? 'local' : 'cluster',
    health: probeOf(service, options, problems),
    affinity:
      spec.sessionAffinity === 'ClientIP'
        ? { kind: 'client-ip', timeoutSeconds: spec.affinityTimeout ?? defaultAffinitySeconds }
        : { kind: 'none' },
    sourceRanges: rangesOf(service, options, families, problems),
    address: addressOf(service, options, families, problems),
    zones: sorted(around.zones),
    nodes: around.nodes.toSorted((a, b) => compare(a.name, b.name)),
    options: cloudOptions(options),
  };
  if (spec.ports.length === 0) problems.push('it has no ports');
  if (problems.length > 0 || (unserved.length > 0 && intent.listeners.length === 0)) {
    throw notServed(problems.length > 0 ? 'invalid' : 'unsupported', service, [...problems, ...sentences(unserved)]);
  }
  return {
    intent,
    allowAddressChange: options['allow-address-change'] ?? false,
    policy: stricter(around.defaults?.policy, asked.policy),
    drift: options.drift ?? 'repair',
    unserved,
  };
}

/** Why not all of the Service's ports are served; undefined when they are. */
export const portsError = (service: Service, unserved: readonly Unserved[]): PorticoError | undefined =>
  unserved.length === 0 ? undefined : notServed('unsupported', service, sentences(unserved));

const sentences = (unserved: readonly Unserved[]): readonly string[] => unserved.map(({ why }) => why);

function notServed(code: 'invalid' | 'unsupported', service: Service, what: readonly string[]): PorticoError {
  const object = `Service ${keyOf(service)}`;
  const said = what.join('; ');
  return new PorticoError(code, `${object}: ${said}${said.endsWith('?') ? '' : '.'}`, { object });
}

function listenersOf(ports: readonly ServicePort[], unserved: Unserved[]): readonly Listener[] {
  const listeners: Listener[] = [];
  for (const { name = '', protocol = 'TCP', port, nodePort = 0 } of ports) {
    const known: Protocol | undefined = protocol === 'TCP' ? 'tcp' : protocol === 'UDP' ? 'udp' : undefined;
    if (known === undefined) {
      const why = `port ${port} asks for ${protocol}, and only TCP and UDP can be balanced; remove the port`;
      unserved.push({ port, protocol, why });
    } else {
      listeners.push({ name, protocol: known, port, nodePort: nodePort === 0 ? null : nodePort });
    }
  }
  return listeners.toSorted((a, b) => a.port - b.port || compare(a.protocol, b.protocol));
}

function probeOf({ spec }: Service, options: Options, problems: string[]): HealthProbe {
  const local = spec.externalTrafficPolicy === 'Local';
  const pace = {
    intervalSeconds: options['health-check-interval'] ?? (local ? 3 : 8),
    timeoutSeconds: options['health-check-timeout'] ?? 1,
    healthyThreshold: options['health-check-healthy-threshold'] ?? 1,
    unhealthyThreshold: options['health-check-unhealthy-threshold'] ?? (local ? 2 : 3),
  };
  if (pace.timeoutSeconds > pace.intervalSeconds) {
    problems.push(
      `the health check's timeout of ${pace.timeoutSeconds} s is longer than its interval of ${pace.intervalSeconds} s; shorten portico.dev/health-check-timeout or lengthen portico.dev/health-check-interval`,
    );
  }
  if (local && spec.healthCheckNodePort > 0) {
    return { protocol: 'http', port: spec.healthCheckNodePort, path: '/healthz', ...pace };
  }
  const nodePort = spec.ports.find(
    ({ protocol = 'TCP', nodePort: port = 0 }) => protocol === 'TCP' && port > 0,
  )?.nodePort;
  if (!local && nodePort !== undefined && options['health-check'] !== 'proxy') {
    return { protocol: 'tcp', port: nodePort, path: null, ...pace };
  }
  return { protocol: 'http', port: proxyHealthPort, path: '/healthz', ...pace };
}

/** Per family, so that asking for ranges of one family never opens the other. */
function rangesOf(
  { spec }: Service,
  options: Options,
  families: readonly IpFamily[],
  problems: string[],
): LoadBalancerIntent['sourceRanges'] {
  const fromSpec = spec.loadBalancerSourceRanges;
  const asked = fromSpec.length > 0 ? fromSpec : (options['source-ranges'] ?? ['0.0.0.0/0', '::/0']);
  const ranges = asked.map((text) => {
    const cidr = parseCidr(text);
    if (!cidr)
      problems.push(`spec.loadBalancerSourceRanges has ${JSON.stringify(text)}, which is no CIDR such as 10.0.0.0/8`);
    return cidr;
  });
  const of = (family: IpFamily): readonly string[] =>
    families.includes(family) ? sorted(ranges.flatMap((cidr) => (cidr?.family === family ? [cidr.text] : []))) : [];
  return { ipv4: of('ipv4'), ipv6: of('ipv6') };
}

function addressOf(
  { spec }: Service,
  options: Options,
  families: readonly IpFamily[],
  problems: string[],
): RequestedAddress {
  const name = options['static-address'];
  if (name !== undefined) return { kind: 'name', name };
  const ip = spec.loadBalancerIP;
  if (ip === null) return { kind: 'any' };
  const family = familyOf(ip);
  if (family === undefined) problems.push(`spec.loadBalancerIP is ${JSON.stringify(ip)}, which is no IP address`);
  else if (!families.includes(family)) {
    problems.push(`spec.loadBalancerIP is ${ip}, and spec.ipFamilies does not have its family`);
  }
  return { kind: 'ip', ip };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sorted = <T extends string>(list: readonly T[]): readonly T[] => [...new Set(list)].toSorted();
