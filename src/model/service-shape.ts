import { parseCidr } from './cidr.ts';
import { dnsLabel, keysIn, metadataFields } from './metadata-shape.ts';
import {
  anything,
  type Check,
  type Checks,
  error,
  fieldsIn,
  type Finding,
  flag,
  isObject,
  type Json,
  oneOf,
  text,
  textMap,
  texts,
  whole,
} from './shape.ts';

const portOrName: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : whole(1, 65_535)(value));
const cidrs: Check = (value) => {
  if (!Array.isArray(value)) return 'must be a list of CIDRs';
  const bad: unknown = value.find((each) => typeof each !== 'string' || parseCidr(each) === undefined);
  return bad === undefined ? undefined : `has ${JSON.stringify(bad)}, which is no CIDR such as 10.0.0.0/8`;
};

const only = (object: unknown, field: string): object is Json =>
  isObject(object) && Object.keys(object).every((each) => each === field);
const affinity: Check = (value) => {
  const inner = only(value, 'clientIP') ? (value['clientIP'] ?? {}) : undefined;
  const seconds = only(inner, 'timeoutSeconds') ? (inner['timeoutSeconds'] ?? 1) : undefined;
  const fits = whole(1, 86_400)(seconds) === undefined;
  return fits ? undefined : 'must be {clientIP: {timeoutSeconds: N}}, with N from 1 to 86400';
};

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ */
const specFields: Checks = {
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
  sessionAffinityConfig: affinity,
  trafficDistribution: text,
  type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
};

const portFields: Checks = {
  appProtocol: text,
  name: (value) => text(value) ?? dnsLabel(value),
  nodePort: whole(0, 65_535),
  port: whole(1, 65_535),
  protocol: oneOf('TCP', 'UDP', 'SCTP'),
  targetPort: portOrName,
};

const serviceFields: Checks = {
  apiVersion: anything,
  kind: anything,
  metadata: anything,
  spec: anything,
  status: anything,
};

/** Where a field stands that stands elsewhere in this manifest. */
const home = (field: string): string | undefined =>
  [
    { place: 'metadata', fields: metadataFields },
    { place: 'spec', fields: specFields },
    { place: 'an entry of spec.ports', fields: portFields },
    { place: 'the manifest itself', fields: serviceFields },
  ].find(({ fields }) => Object.hasOwn(fields, field))?.place;

/** What of a Service's manifest an API server, or we, could not read as it is meant. Pure. */
export function shapeOf(manifest: unknown): readonly Finding[] {
  if (!isObject(manifest)) return [error('', 'must be an object')];
  const { metadata, spec } = manifest;
  const findings = [...fieldsIn(manifest, '', serviceFields, home)];
  if (isObject(metadata)) findings.push(...fieldsIn(metadata, 'metadata', metadataFields, home), ...keysIn(metadata));
  if (!isObject(spec)) return [...findings, error('spec', 'must be an object with type and ports')];
  findings.push(...fieldsIn(spec, 'spec', specFields, home));
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

function portOf(port: unknown, path: string): readonly Finding[] {
  if (!isObject(port)) return [error(path, 'must be an object such as {port: 80}')];
  const missing =
    port['port'] === undefined ? [error(`${path}.port`, 'is missing: the port that clients connect to')] : [];
  return [...missing, ...fieldsIn(port, path, portFields, home)];
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
