import { isObject, type Json, type JsonObject, listOf, objectOf, at, textOf } from '../../json.ts';
import type { FieldError, KubeObject } from '../../kind.ts';
import { looksLikeIp, specialIp, wrongCidr, wrongIp } from '../../validation/addresses.ts';
import {
  duplicate,
  forbidden,
  invalidEach,
  invalidValue,
  required,
  unsupported,
} from '../../validation/field-error.ts';
import { wrongLabels } from '../../validation/metadata.ts';
import { wrongDnsSubdomain, wrongPort, wrongQualifiedName } from '../../validation/names.ts';
import { wrongAddresses } from './addresses.ts';
import {
  clusterIPsOf,
  familiesOf,
  isExternal,
  isHeadless,
  isLoadBalancer,
  needsHealthCheck,
  numberOf,
  portsOf,
  specOf,
  textsOf,
  typeOf,
} from './fields.ts';
import { wrongPorts } from './ports.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const sourceRanges = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const topologyMode = 'service.kubernetes.io/topology-mode';
const topologyHints = 'service.kubernetes.io/topology-aware-hints';
const kubeletPort = 10_250;
const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";

/** Rules of a Service's content, in the order in which the real server lists what it finds. */
export function wrongService(service: KubeObject): readonly FieldError[] {
  const spec = specOf(service);
  const type = typeOf(service);
  return [
    ...wrongTopology(service),
    ...(portsOf(service).length === 0 && !isHeadless(service) && type !== 'ExternalName'
      ? [required('spec.ports')]
      : []),
    ...wrongForType(service),
    ...wrongPorts(service),
    ...wrongLabels('spec.selector', objectOf(spec['selector'])),
    ...wrongAffinity(spec),
    ...wrongAddresses(service),
    ...textsOf(spec['externalIPs']).flatMap((ip, index) => wrongExternalIp(`spec.externalIPs[${index}]`, ip)),
    ...(types.includes(type) ? [] : [unsupported('spec.type', type, types)]),
    ...wrongNodePorts(service),
    ...repeatedPorts(service),
    ...wrongSourceRanges(service),
    ...(spec['allocateLoadBalancerNodePorts'] !== undefined && !isLoadBalancer(service)
      ? [forbidden('spec.allocateLoadBalancerNodePorts', onlyLoadBalancer)]
      : []),
    ...wrongClass(service),
    ...wrongTrafficPolicies(service),
  ];
}

/** The annotation and its deprecated form. */
function wrongTopology({ metadata }: KubeObject): readonly FieldError[] {
  const [mode, hints] = [at(metadata, 'annotations', topologyMode), at(metadata, 'annotations', topologyHints)];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${topologyHints}] when both are specified`;
  return [invalidValue(`metadata.annotations[${topologyMode}]`, mode, detail)];
}

function wrongForType(service: KubeObject): readonly FieldError[] {
  const type = typeOf(service);
  const spec = specOf(service);
  if (type === 'LoadBalancer' || type === 'NodePort') {
    const exposed = `may not expose port ${kubeletPort} externally since it is used by kubelet`;
    return [
      ...portsOf(service).flatMap(({ port = 0 }, index) =>
        type === 'LoadBalancer' && port === kubeletPort ? [invalidValue(`spec.ports[${index}]`, port, exposed)] : [],
      ),
      ...(isHeadless(service)
        ? [invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
        : []),
    ];
  }
  if (type !== 'ExternalName') return [];
  const name = textOf(spec['externalName']).replace(/\.$/, '');
  const unset = 'may not be set for ExternalName services';
  return [
    ...(clusterIPsOf(service).length > 0 ? [forbidden('spec.clusterIPs', unset)] : []),
    ...(familiesOf(service).length > 0 ? [forbidden('spec.ipFamilies', unset)] : []),
    ...(spec['ipFamilyPolicy'] === undefined ? [] : [forbidden('spec.ipFamilyPolicy', unset)]),
    ...(name === ''
      ? [required('spec.externalName')]
      : invalidEach('spec.externalName', name, wrongDnsSubdomain(name))),
  ];
}

function wrongAffinity(spec: JsonObject): readonly FieldError[] {
  const { sessionAffinity, sessionAffinityConfig } = spec;
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity !== 'ClientIP' && sessionAffinity !== 'None') {
    return [unsupported('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])];
  }
  if (sessionAffinity === 'None') {
    if (sessionAffinityConfig === undefined) return [];
    return [forbidden(path, 'must not be set when session affinity is None')];
  }
  const seconds = at(sessionAffinityConfig, 'clientIP', 'timeoutSeconds');
  if (typeof seconds === 'number' && seconds > 0 && seconds <= 86_400) return [];
  return [invalidValue(`${path}.clientIP.timeoutSeconds`, seconds, 'must be greater than 0 and less than 86400')];
}

function wrongExternalIp(field: string, ip: string): readonly FieldError[] {
  const errors = wrongIp(field, ip);
  return errors.length > 0 ? errors : specialIp(field, ip);
}

function wrongNodePorts(service: KubeObject): readonly FieldError[] {
  const ports = portsOf(service);
  const misplaced = ports.flatMap((port, index) =>
    typeOf(service) === 'ClusterIP' && numberOf(port['nodePort']) !== 0
      ? [forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")]
      : [],
  );
  const key = (port: JsonObject): string => `${textOf(port['protocol'])}/${numberOf(port['nodePort'])}`;
  const repeated = ports.flatMap((port, index) => {
    if (numberOf(port['nodePort']) === 0) return [];
    const first = ports.findIndex((each) => key(each) === key(port));
    return first < index ? [duplicate(`spec.ports[${index}].nodePort`, port['nodePort'])] : [];
  });
  return [...misplaced, ...repeated];
}

function repeatedPorts(service: KubeObject): readonly FieldError[] {
  const ports = portsOf(service);
  const key = (port: JsonObject): string => `${textOf(port['protocol'])}/${numberOf(port['port'])}`;
  return ports.flatMap((port, index) => {
    if (ports.findIndex((each) => key(each) === key(port)) === index) return [];
    const { protocol = '', port: Port = 0 } = port;
    // The real message shows the Go struct of the key.
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 };
    return [duplicate(`spec.ports[${index}]`, shown)];
  });
}

function wrongSourceRanges(service: KubeObject): readonly FieldError[] {
  const ranges = textsOf(specOf(service)['loadBalancerSourceRanges']);
  const misplaced = (field: string): readonly FieldError[] =>
    isLoadBalancer(service) ? [] : [forbidden(field, onlyLoadBalancer)];
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges';
    return [...misplaced(field), ...ranges.flatMap((range, index) => wrongCidr(`${field}[${index}]`, range.trim()))];
  }
  const annotation = at(service.metadata, 'annotations', sourceRanges);
  if (annotation === undefined) return [];
  const field = `metadata.annotations[${sourceRanges}]`;
  const value = textOf(annotation).trim();
  return [
    ...misplaced(field),
    ...(value === '' ? [] : value.split(',').flatMap((range) => wrongCidr(field, range.trim()))),
  ];
}

function wrongClass(service: KubeObject): readonly FieldError[] {
  const { loadBalancerClass } = specOf(service);
  if (loadBalancerClass === undefined) return [];
  if (!isLoadBalancer(service)) return [forbidden('spec.loadBalancerClass', onlyLoadBalancer)];
  return invalidEach('spec.loadBalancerClass', loadBalancerClass, wrongQualifiedName(textOf(loadBalancerClass)));
}

function wrongTrafficPolicies(service: KubeObject): readonly FieldError[] {
  const { externalTrafficPolicy, healthCheckNodePort, internalTrafficPolicy, trafficDistribution } = specOf(service);
  const external = textOf(externalTrafficPolicy);
  const healthCheck = numberOf(healthCheckNodePort);
  const policies = ['Cluster', 'Local'];
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  const onlyLocal = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [
    ...(isExternal(service)
      ? policies.includes(external)
        ? []
        : [unsupported('spec.externalTrafficPolicy', external, policies)]
      : external === ''
        ? []
        : [invalidValue('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services')]),
    ...(needsHealthCheck(service)
      ? healthCheck === 0
        ? [required('spec.healthCheckNodePort')]
        : invalidEach('spec.healthCheckNodePort', healthCheck, wrongPort(healthCheck))
      : healthCheck === 0
        ? []
        : [invalidValue('spec.healthCheckNodePort', healthCheck, onlyLocal)]),
    ...(internalTrafficPolicy === undefined || policies.includes(textOf(internalTrafficPolicy))
      ? []
      : [unsupported('spec.internalTrafficPolicy', internalTrafficPolicy, policies)]),
    ...(trafficDistribution === undefined || distributions.includes(textOf(trafficDistribution))
      ? []
      : [unsupported('spec.trafficDistribution', trafficDistribution, distributions)]),
  ];
}

/** Rules of a change: what cannot be changed once it is set. */
export function wrongServiceChange(service: KubeObject, old: KubeObject): readonly FieldError[] {
  const { loadBalancerClass, healthCheckNodePort } = specOf(service);
  const sameClass = loadBalancerClass === specOf(old)['loadBalancerClass'];
  const samePort = numberOf(healthCheckNodePort) === numberOf(specOf(old)['healthCheckNodePort']);
  const fixed = 'may not change once set';
  return [
    ...(typeOf(service) === 'ExternalName' || typeOf(old) === 'ExternalName' ? [] : wrongAddressChange(service, old)),
    ...(isLoadBalancer(service) && isLoadBalancer(old) && !sameClass
      ? [invalidValue('spec.loadBalancerClass', loadBalancerClass, fixed)]
      : []),
    ...wrongClass(service),
    ...(needsHealthCheck(old) && needsHealthCheck(service) && !samePort
      ? [forbidden('spec.healthCheckNodePort', 'field is immutable')]
      : []),
  ];
}

function wrongAddressChange(service: KubeObject, old: KubeObject): readonly FieldError[] {
  if (isHeadless(service) && isHeadless(old)) return [];
  const addresses = clusterIPsOf(service);
  const families = familiesOf(service);
  const fixed = 'may not change once set';
  const moved = clusterIPsOf(old).flatMap((ip, index) =>
    addresses[index] === undefined || addresses[index] === ip
      ? []
      : [invalidValue(`spec.clusterIPs[${index}]`, [...addresses], fixed)],
  );
  const released =
    addresses.length === 0 && clusterIPsOf(old).length > 0
      ? [invalidValue('spec.clusterIPs[0]', null, 'primary clusterIP can not be unset')]
      : [];
  const changedFamilies =
    isHeadless(service) !== isHeadless(old)
      ? []
      : familiesOf(old).flatMap((family, index) =>
          families[index] === undefined || families[index] === family
            ? []
            : [invalidValue('spec.ipFamilies[0]', [...families], fixed)],
        );
  return [...released, ...moved, ...changedFamilies];
}

/** Rules of the status that a controller writes. */
export function wrongServiceStatus(service: KubeObject): readonly FieldError[] {
  const field = 'status.loadBalancer.ingress';
  const ingress = listOf(at(service['status'], 'loadBalancer', 'ingress')).filter(isObject);
  if (!isLoadBalancer(service) && ingress.length > 0) {
    return [forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingress.flatMap((each, index) => wrongIngress(`${field}[${index}]`, each));
}

function wrongIngress(field: string, { ip, ipMode, hostname }: Readonly<Record<string, Json>>): readonly FieldError[] {
  const address = textOf(ip);
  const name = textOf(hostname);
  const modes = ['Proxy', 'VIP'];
  const wrongMode = (): readonly FieldError[] => {
    if (ipMode === undefined)
      return address === '' ? [] : [required(`${field}.ipMode`, 'must be specified when `ip` is set')];
    if (address === '') return [forbidden(`${field}.ipMode`, 'may not be specified when `ip` is not set')];
    return modes.includes(textOf(ipMode)) ? [] : [unsupported(`${field}.ipMode`, ipMode, modes)];
  };
  return [
    ...(address === '' ? [] : wrongIp(`${field}.ip`, address)),
    ...wrongMode(),
    ...(name === '' ? [] : invalidEach(`${field}.hostname`, name, wrongDnsSubdomain(name))),
    ...(looksLikeIp(name) ? [invalidValue(`${field}.hostname`, name, 'must be a DNS name, not an IP address')] : []),
  ];
}
