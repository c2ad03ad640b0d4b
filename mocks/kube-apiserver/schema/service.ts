import {
  atomic,
  atomicTextMap,
  bool,
  int32,
  intOrString,
  keepEmpty,
  keyed,
  list,
  object,
  pointer,
  shape,
  struct,
  text,
  texts,
  topLevel,
} from './build.ts';
import { condition, objectMeta } from './meta.ts';

const pkg = 'io.k8s.api.core.v1';

const servicePort = shape(`${pkg}.ServicePort`, 'One port that a service exposes.', {
  name: text('Name of the port within the service, a DNS label; needed when there are several ports.'),
  protocol: text('IP protocol: TCP, UDP or SCTP.', { default: 'TCP', goType: 'v1.Protocol' }),
  appProtocol: text('Application protocol, as a hint for implementations.', pointer),
  port: int32('Port at which the service is reached.', { required: true, keepEmpty: true }),
  targetPort: intOrString('Number or name of the port on the pods; the value of port when absent.', keepEmpty),
  nodePort: int32('Port of every node at which the service is reached, for NodePort and LoadBalancer.'),
});

const clientIPConfig = shape(`${pkg}.ClientIPConfig`, 'Settings of affinity by client address.', {
  timeoutSeconds: int32('Seconds a session sticks, 1 to 86400; 10800 when absent.', pointer),
});

const sessionAffinityConfig = shape(`${pkg}.SessionAffinityConfig`, 'Settings of session affinity.', {
  clientIP: object(clientIPConfig, 'Settings of ClientIP affinity.'),
});

const serviceSpec = shape(`${pkg}.ServiceSpec`, 'What a user wants of a service.', {
  ports: list(servicePort, 'Ports that the service exposes.', {
    patchStrategy: 'merge',
    mergeKey: 'port',
    listType: 'map',
    listMapKeys: ['port', 'protocol'],
  }),
  selector: atomicTextMap('Labels of the pods that traffic goes to.'),
  clusterIP: text('Address inside the cluster: chosen by the server, given, or None for a headless service.'),
  clusterIPs: texts('Addresses inside the cluster, one per IP family; the first equals clusterIP.', atomic),
  type: text('How the service is exposed: ClusterIP, NodePort, LoadBalancer or ExternalName.', {
    goType: 'v1.ServiceType',
  }),
  externalIPs: texts('Addresses at which nodes also accept traffic for the service.', atomic),
  sessionAffinity: text('ClientIP or None.', { goType: 'v1.ServiceAffinity' }),
  loadBalancerIP: text('Address wanted of the load balancer; deprecated in favour of annotations of the provider.'),
  loadBalancerSourceRanges: texts('CIDRs of clients that the load balancer lets through.', atomic),
  externalName: text('DNS name that an ExternalName service stands for.'),
  externalTrafficPolicy: text('Cluster spreads external traffic over all nodes, Local keeps it on the node.', {
    goType: 'v1.ServiceExternalTrafficPolicy',
  }),
  healthCheckNodePort: int32('Port at which nodes answer health checks, for LoadBalancer with Local.'),
  publishNotReadyAddresses: bool('Whether addresses of pods that are not ready are published.'),
  sessionAffinityConfig: object(sessionAffinityConfig, 'Settings of session affinity.'),
  ipFamilies: list({ type: 'string', goType: 'v1.IPFamily' }, 'IP families of the service, in order.', atomic),
  ipFamilyPolicy: text('SingleStack, PreferDualStack or RequireDualStack.', {
    pointer: true,
    goType: 'v1.IPFamilyPolicy',
  }),
  allocateLoadBalancerNodePorts: bool('Whether a LoadBalancer service gets node ports; true when absent.', pointer),
  loadBalancerClass: text('Which load balancer implementation serves this service; cannot change.', pointer),
  internalTrafficPolicy: text('Cluster or Local, for traffic to the cluster IP.', {
    pointer: true,
    goType: 'v1.ServiceInternalTrafficPolicy',
  }),
  trafficDistribution: text('Preference for close endpoints: PreferSameZone, PreferSameNode or PreferClose.', pointer),
});

const portStatus = shape(`${pkg}.PortStatus`, 'State of one port of a load balancer.', {
  port: int32('Port of the service.', { required: true, keepEmpty: true }),
  protocol: text('Protocol of the port.', { required: true, keepEmpty: true, goType: 'v1.Protocol' }),
  error: text('Why the port does not work.', pointer),
});

const loadBalancerIngress = shape(`${pkg}.LoadBalancerIngress`, 'One point at which traffic comes in.', {
  ip: text('Address of the load balancer.'),
  hostname: text('Host name of the load balancer.'),
  ipMode: text('VIP keeps the address as destination up to the node, Proxy does not.', {
    pointer: true,
    goType: 'v1.LoadBalancerIPMode',
  }),
  ports: list(portStatus, 'State of the ports.', atomic),
});

const loadBalancerStatus = shape(`${pkg}.LoadBalancerStatus`, 'State of a load balancer.', {
  ingress: list(loadBalancerIngress, 'Where the load balancer can be reached.', atomic),
});

const serviceStatus = shape(`${pkg}.ServiceStatus`, 'Observed state of a service.', {
  loadBalancer: struct(loadBalancerStatus, 'State of the load balancer, if there is one.'),
  conditions: list(condition, 'Current state in conditions.', keyed('type')),
});

export const serviceSchema = topLevel(
  `${pkg}.Service`,
  'A named abstraction of a proxy: ports it listens at and the pods that answer.',
  objectMeta,
  {
    spec: struct(serviceSpec, 'Wanted behaviour of the service.'),
    status: struct(serviceStatus, 'Observed state of the service; read-only for users.'),
  },
);
