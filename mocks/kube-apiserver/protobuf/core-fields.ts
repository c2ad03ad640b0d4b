import type { FieldNumbers } from './field-numbers.ts';

/** Messages of the core group but for those of pods. */
export const coreFields: FieldNumbers = {
  'io.k8s.api.core.v1': {
    ResourceQuota: 'metadata spec status',
    ResourceQuotaSpec: 'hard scopes scopeSelector',
    AttachedVolume: 'name devicePath',
    Binding: 'metadata target',
    ClientIPConfig: 'timeoutSeconds',
    ConfigMap: 'metadata data binaryData immutable',
    DaemonEndpoint: 'Port',
    EndpointAddress: 'ip targetRef hostname nodeName',
    EndpointPort: 'name port protocol appProtocol',
    EndpointSubset: 'addresses notReadyAddresses ports',
    Endpoints: 'metadata subsets',
    Event: `
      metadata involvedObject reason message source firstTimestamp lastTimestamp count type eventTime series
      action related reportingComponent reportingInstance`,
    EventSeries: 'count lastObservedTime',
    EventSource: 'component host',
    LoadBalancerIngress: 'ip hostname ipMode ports',
    LoadBalancerStatus: 'ingress',
    LocalObjectReference: 'name',
    Namespace: 'metadata spec status',
    NamespaceCondition: 'type status - lastTransitionTime reason message',
    NamespaceSpec: 'finalizers',
    NamespaceStatus: 'phase conditions',
    Node: 'metadata spec status',
    NodeAddress: 'type address',
    NodeCondition: 'type status lastHeartbeatTime lastTransitionTime reason message',
    NodeDaemonEndpoints: 'kubeletEndpoint',
    NodeSpec: 'podCIDR externalID providerID unschedulable taints configSource podCIDRs',
    NodeStatus: `
      capacity allocatable phase conditions addresses daemonEndpoints nodeInfo images volumesInUse volumesAttached
      config runtimeHandlers features declaredFeatures`,
    NodeSwapStatus: 'capacity',
    NodeSystemInfo: `
      machineID systemUUID bootID kernelVersion osImage containerRuntimeVersion kubeletVersion kubeProxyVersion
      operatingSystem architecture swap`,
    ObjectReference: 'kind namespace name uid apiVersion resourceVersion fieldPath',
    PortStatus: 'port protocol error',
    Secret: 'metadata data type stringData immutable',
    Service: 'metadata spec status',
    ServiceAccount: 'metadata secrets imagePullSecrets automountServiceAccountToken',
    ServicePort: 'name protocol port targetPort nodePort appProtocol',
    ServiceSpec: `
      ports selector clusterIP type externalIPs - sessionAffinity loadBalancerIP loadBalancerSourceRanges
      externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig - -
      ipFamilyPolicy clusterIPs ipFamilies allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy
      trafficDistribution`,
    ServiceStatus: 'loadBalancer conditions',
    SessionAffinityConfig: 'clientIP',
    Taint: 'key value effect timeAdded',
  },
};
