import {
  any,
  atomic,
  atomicTextMap,
  bool,
  int32,
  int64,
  keyed,
  list,
  object,
  pointer,
  quantities,
  shape,
  struct,
  text,
  texts,
  topLevel,
} from './build.ts';
import { affinity, spread, toleration } from './affinity.ts';
import { commonSecurity, container, ephemeralContainer, resources } from './container.ts';
import { objectMeta } from './meta.ts';
import { podStatus } from './pod-status.ts';
import { localObjectReference } from './reference.ts';
import { volumes } from './volume.ts';

const pkg = 'io.k8s.api.core.v1';
const needed = { required: true, keepEmpty: true } as const;

const sysctl = shape(`${pkg}.Sysctl`, 'A kernel parameter.', {
  name: text('Name.', needed),
  value: text('Value.', needed),
});

const podSecurity = shape(`${pkg}.PodSecurityContext`, 'Security settings of a pod.', {
  ...commonSecurity,
  supplementalGroups: list({ type: 'int64' }, 'Further group IDs.', atomic),
  supplementalGroupsPolicy: text('Merge or Strict.', pointer),
  fsGroup: int64('Group of volumes.', pointer),
  sysctls: list(sysctl, 'Kernel parameters.', atomic),
  fsGroupChangePolicy: text('When the group of volumes is changed.', pointer),
  seLinuxChangePolicy: text('How the label of volumes is changed.', pointer),
});

const hostAlias = shape(`${pkg}.HostAlias`, 'A line of the hosts file.', {
  ip: text('Address.', needed),
  hostnames: texts('Names.', atomic),
});

const dnsOption = shape(`${pkg}.PodDNSConfigOption`, 'An option of the resolver.', {
  name: text('Name.'),
  value: text('Value.', pointer),
});

const dnsConfig = shape(`${pkg}.PodDNSConfig`, 'Settings of the resolver.', {
  nameservers: texts('Servers.', atomic),
  searches: texts('Search domains.', atomic),
  options: list(dnsOption, 'Options.', atomic),
});

const readinessGate = shape(`${pkg}.PodReadinessGate`, 'A condition that readiness also needs.', {
  conditionType: text('Type of the condition.', needed),
});

const schedulingGate = shape(`${pkg}.PodSchedulingGate`, 'Holds scheduling back.', { name: text('Name.', needed) });

const claim = shape(`${pkg}.PodResourceClaim`, 'A claim for devices.', {
  name: text('Name within the pod.', needed),
  resourceClaimName: text('Name of the claim.', pointer),
  resourceClaimTemplateName: text('Name of the template of the claim.', pointer),
});

export const podSpec = shape(`${pkg}.PodSpec`, 'What a pod consists of.', {
  volumes,
  initContainers: list(container, 'Containers that run before the others.', keyed('name')),
  containers: list(container, 'Containers of the pod; at least one.', { ...keyed('name'), ...needed }),
  ephemeralContainers: list(ephemeralContainer, 'Containers for debugging.', keyed('name')),
  restartPolicy: text('Always, OnFailure or Never.', { goType: 'v1.RestartPolicy' }),
  terminationGracePeriodSeconds: int64('Seconds for a graceful end; 30 when absent.', pointer),
  activeDeadlineSeconds: int64('Seconds after which the pod is ended.', pointer),
  dnsPolicy: text('ClusterFirst, ClusterFirstWithHostNet, Default or None.', { goType: 'v1.DNSPolicy' }),
  nodeSelector: atomicTextMap('Labels that the node must have.'),
  serviceAccountName: text('ServiceAccount of the pod.'),
  serviceAccount: text('Deprecated name of serviceAccountName.'),
  automountServiceAccountToken: bool('Whether a token is mounted.', pointer),
  nodeName: text('Node on which the pod runs.'),
  hostNetwork: bool('Whether the pod uses the network of the host.'),
  hostPID: bool('Whether the pod uses the processes of the host.'),
  hostIPC: bool('Whether the pod uses the IPC of the host.'),
  shareProcessNamespace: bool('Whether containers share their processes.', pointer),
  securityContext: object(podSecurity, 'Security settings.'),
  imagePullSecrets: list(localObjectReference, 'Secrets for pulling images.', keyed('name')),
  hostname: text('Host name of the pod.'),
  subdomain: text('Subdomain of the pod.'),
  affinity: object(affinity, 'Where the pod should run.'),
  schedulerName: text('Scheduler that places the pod.'),
  tolerations: list(toleration, 'Taints that the pod can bear.', atomic),
  hostAliases: list(hostAlias, 'Lines of the hosts file.', keyed('ip')),
  priorityClassName: text('Priority class.'),
  priority: int32('Priority.', pointer),
  dnsConfig: object(dnsConfig, 'Settings of the resolver.'),
  readinessGates: list(readinessGate, 'Conditions that readiness also needs.', atomic),
  runtimeClassName: text('Runtime class.', pointer),
  enableServiceLinks: bool('Whether services show in the environment.', pointer),
  preemptionPolicy: text('Never or PreemptLowerPriority.', { pointer: true, goType: 'v1.PreemptionPolicy' }),
  overhead: quantities('Resources of running the pod itself.'),
  topologySpreadConstraints: list(spread, 'How pods are spread.', {
    patchStrategy: 'merge',
    mergeKey: 'topologyKey',
    listType: 'map',
    listMapKeys: ['topologyKey', 'whenUnsatisfiable'],
  }),
  setHostnameAsFQDN: bool('Whether the host name is the full name.', pointer),
  os: object(
    shape(`${pkg}.PodOS`, 'Operating system.', { name: text('linux or windows.', needed) }),
    'Operating system.',
  ),
  hostUsers: bool('Whether the users of the host are used.', pointer),
  schedulingGates: list(schedulingGate, 'Hold scheduling back.', keyed('name')),
  resourceClaims: list(claim, 'Claims for devices.', { ...keyed('name'), patchStrategy: 'merge,retainKeys' }),
  resources: object(resources, 'Resources of the pod as a whole.'),
  hostnameOverride: text('Host name instead of the name of the pod.', pointer),
  workloadRef: any('Workload that the pod belongs to.'),
});

export const podTemplateSpec = shape(`${pkg}.PodTemplateSpec`, 'What a pod is made from.', {
  metadata: struct(objectMeta, 'Metadata of the pods.'),
  spec: struct(podSpec, 'What the pods consist of.'),
});

export const podSchema = topLevel(`${pkg}.Pod`, 'Containers that run together on a node.', objectMeta, {
  spec: struct(podSpec, 'What the pod consists of.'),
  status: struct(podStatus, 'Observed state of the pod.'),
});
