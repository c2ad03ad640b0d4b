import { parseCidr } from './cidr.ts';
import { nearest } from './nearest.ts';

/** Something wrong in a manifest, and where: `spec.ports[0].port`. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
}

type Check = (value: unknown) => string | undefined;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value) => (typeof value === 'string' ? undefined : 'must be text; put it in quotes');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const anything: Check = () => undefined;
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) => {
    if (typeof value === 'string' && choices.includes(value)) return undefined;
    const near = typeof value === 'string' ? nearest(value, choices) : undefined;
    return `must be one of ${choices.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`;
  };
const whole =
  (low: number, high: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= low && (value as number) <= high
      ? undefined
      : `must be a whole number from ${low} to ${high}`;
const portOrName: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : whole(1, 65_535)(value));
const textMap: Check = (value) =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string')
    ? undefined
    : 'must map names to texts; put numbers and true or false in quotes';
const texts: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? undefined : 'must be a list of texts';
const cidrs: Check = (value) => {
  if (!Array.isArray(value)) return 'must be a list of CIDRs';
  const bad: unknown = value.find((each) => typeof each !== 'string' || parseCidr(each.trim()) === undefined);
  return bad === undefined ? undefined : `has ${JSON.stringify(bad)}, which is no CIDR such as 10.0.0.0/8`;
};

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ */
const specFields: Readonly<Record<string, Check>> = {
  allocateLoadBalancerNodePorts: flag,
  clusterIP: text,
  clusterIPs: texts,
  externalIPs: texts,
  externalName: text,
  externalTrafficPolicy: oneOf('Cluster', 'Local'),
  healthCheckNodePort: whole(0, 65_535),
  internalTrafficPolicy: oneOf('Cluster', 'Local'),
  ipFamilies: (value) =>
    Array.isArray(value) && value.every((each) => each === 'IPv4' || each === 'IPv6')
      ? undefined
      : 'must be a list of IPv4, IPv6',
  ipFamilyPolicy: oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack'),
  loadBalancerClass: text,
  loadBalancerIP: text,
  loadBalancerSourceRanges: cidrs,
  ports: (value) => (Array.isArray(value) ? undefined : 'must be a list of ports'),
  publishNotReadyAddresses: flag,
  selector: textMap,
  sessionAffinity: oneOf('None', 'ClientIP'),
  sessionAffinityConfig: anything,
  trafficDistribution: text,
  type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
};

const portFields: Readonly<Record<string, Check>> = {
  appProtocol: text,
  name: text,
  nodePort: whole(0, 65_535),
  port: whole(1, 65_535),
  protocol: oneOf('TCP', 'UDP', 'SCTP'),
  targetPort: portOrName,
};

/** What of a Service's manifest an API server, or we, could not read as it is meant. Pure. */
export function shapeOf(manifest: unknown): readonly Finding[] {
  if (!isObject(manifest)) return [error('', 'must be an object')];
  const { metadata, spec } = manifest;
  const findings: Finding[] = [];
  if (isObject(metadata)) {
    for (const field of ['annotations', 'labels']) {
      const wrong = metadata[field] === undefined ? undefined : textMap(metadata[field]);
      if (wrong !== undefined) findings.push(error(`metadata.${field}`, wrong));
    }
  }
  if (!isObject(spec)) return [...findings, error('spec', 'must be an object with type and ports')];
  findings.push(...fieldsOf(spec, 'spec', specFields));
  const ports: readonly unknown[] = Array.isArray(spec['ports']) ? spec['ports'] : [];
  findings.push(...ports.flatMap((port, index) => portOf(port, `spec.ports[${index}]`)), ...clashes(ports));
  if (ports.length > 1) {
    for (const [index, port] of ports.entries()) {
      if (isObject(port) && port['name'] === undefined) {
        findings.push(error(`spec.ports[${index}].name`, 'is missing: with several ports each needs a name'));
      }
    }
  }
  return findings;
}

const error = (path: string, message: string): Finding => ({ severity: 'error', path, message });

function portOf(port: unknown, path: string): readonly Finding[] {
  if (!isObject(port)) return [error(path, 'must be an object such as {port: 80}')];
  const missing =
    port['port'] === undefined ? [error(`${path}.port`, 'is missing: the port that clients connect to')] : [];
  return [...missing, ...fieldsOf(port, path, portFields)];
}

function fieldsOf(
  object: Readonly<Record<string, unknown>>,
  path: string,
  known: Readonly<Record<string, Check>>,
): readonly Finding[] {
  return Object.entries(object).flatMap(([field, value]) => {
    const check = Object.hasOwn(known, field) ? known[field] : undefined;
    if (check === undefined) {
      const near = nearest(field, Object.keys(known));
      const hint = near === undefined ? 'remove it' : `did you mean ${near}?`;
      return [error(`${path}.${field}`, `is no field of a Service; ${hint}`)];
    }
    const wrong = value === null ? undefined : check(value);
    return wrong === undefined ? [] : [error(`${path}.${field}`, wrong)];
  });
}

/** Ports that two entries claim. */
function clashes(ports: readonly unknown[]): readonly Finding[] {
  const seen = new Map<string, number>();
  return ports.flatMap((port, index) => {
    if (!isObject(port)) return [];
    const protocol = typeof port['protocol'] === 'string' ? port['protocol'] : 'TCP';
    const claims = [
      { path: 'port', value: port['port'] },
      { path: 'nodePort', value: port['nodePort'] },
    ].filter(({ value }) => typeof value === 'number' && value > 0);
    return claims.flatMap(({ path, value }) => {
      const key = `${path} ${String(value)} ${protocol}`;
      const first = seen.get(key);
      seen.set(key, first ?? index);
      return first === undefined
        ? []
        : [error(`spec.ports[${index}].${path}`, `is ${String(value)}/${protocol}, as that of ports[${first}]`)];
    });
  });
}
