import {
  atomic,
  bool,
  int32,
  int64,
  keepEmpty,
  keyed,
  list,
  object,
  quantities,
  shape,
  struct,
  text,
  texts,
  time,
  topLevel,
  mergedSet,
  pointer,
} from './build.ts';
import { objectMeta } from './meta.ts';

const pkg = 'io.k8s.api.core.v1';

const taint = shape(`${pkg}.Taint`, 'Keeps pods away that do not tolerate it.', {
  key: text('Key of the taint.', { required: true, keepEmpty: true }),
  value: text('Value of the taint.'),
  effect: text('NoSchedule, PreferNoSchedule or NoExecute.', {
    required: true,
    keepEmpty: true,
    goType: 'v1.TaintEffect',
  }),
  timeAdded: time('When the taint was added.', pointer),
});

const nodeSpec = shape(`${pkg}.NodeSpec`, 'Properties that a node is given.', {
  podCIDR: text('Range of pod addresses of the node.'),
  podCIDRs: texts('Ranges of pod addresses, one per IP family; the first equals podCIDR.', mergedSet),
  providerID: text('Name of the machine at the cloud: provider://…'),
  unschedulable: bool('New pods stay away.'),
  taints: list(taint, 'Taints of the node.', atomic),
  externalID: text('Deprecated and without effect.'),
});

const condition = shape(`${pkg}.NodeCondition`, 'One aspect of the state of a node.', {
  type: text('Type of the condition: Ready, MemoryPressure, …', {
    required: true,
    keepEmpty: true,
    goType: 'v1.NodeConditionType',
  }),
  status: text('True, False or Unknown.', { required: true, keepEmpty: true, goType: 'v1.ConditionStatus' }),
  lastHeartbeatTime: time('When the condition was last confirmed.', keepEmpty),
  lastTransitionTime: time('When the status last changed.', keepEmpty),
  reason: text('Why, as one word.'),
  message: text('Why, for people.'),
});

const address = shape(`${pkg}.NodeAddress`, 'One address of a node.', {
  type: text('Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.', {
    required: true,
    keepEmpty: true,
    goType: 'v1.NodeAddressType',
  }),
  address: text('The address.', { required: true, keepEmpty: true }),
});

const daemonEndpoint = shape(`${pkg}.DaemonEndpoint`, 'Where a daemon listens.', {
  Port: int32('Port of the daemon.', { required: true, keepEmpty: true }),
});

const daemonEndpoints = shape(`${pkg}.NodeDaemonEndpoints`, 'Where the daemons of a node listen.', {
  kubeletEndpoint: struct(daemonEndpoint, 'Where the kubelet listens.'),
});

const swap = shape(`${pkg}.NodeSwapStatus`, 'Swap memory of a node.', { capacity: int64('Bytes of swap.', pointer) });

const infoText = (description: string) => text(description, { required: true, keepEmpty: true });

const systemInfo = shape(`${pkg}.NodeSystemInfo`, 'What a node runs on.', {
  machineID: infoText('ID of the machine.'),
  systemUUID: infoText('UUID of the system.'),
  bootID: infoText('ID of the boot.'),
  kernelVersion: infoText('Version of the kernel.'),
  osImage: infoText('Name of the operating system image.'),
  containerRuntimeVersion: infoText('Container runtime and its version.'),
  kubeletVersion: infoText('Version of the kubelet.'),
  kubeProxyVersion: infoText('Deprecated: version of kube-proxy.'),
  operatingSystem: infoText('Operating system.'),
  architecture: infoText('Architecture.'),
  swap: object(swap, 'Swap memory.'),
});

const image = shape(`${pkg}.ContainerImage`, 'An image on a node.', {
  names: texts('Names of the image.', { ...atomic, ...keepEmpty }),
  sizeBytes: int64('Size in bytes.'),
});

const volume = shape(`${pkg}.AttachedVolume`, 'A volume attached to a node.', {
  name: infoText('Name of the volume.'),
  devicePath: infoText('Path of the device.'),
});

const nodeStatus = shape(`${pkg}.NodeStatus`, 'Observed state of a node.', {
  capacity: quantities('All resources of the node.'),
  allocatable: quantities('Resources that pods can have.'),
  phase: text('Deprecated.', { goType: 'v1.NodePhase' }),
  conditions: list(condition, 'State in conditions.', keyed('type')),
  addresses: list(address, 'Addresses at which the node is reached.', keyed('type')),
  daemonEndpoints: struct(daemonEndpoints, 'Where daemons listen.'),
  nodeInfo: struct(systemInfo, 'What the node runs on.'),
  images: list(image, 'Images on the node.', atomic),
  volumesInUse: texts('Volumes in use.', atomic),
  volumesAttached: list(volume, 'Volumes attached.', atomic),
  declaredFeatures: texts('Features that the node says it has.', atomic),
});

export const nodeSchema = topLevel(`${pkg}.Node`, 'A worker of the cluster.', objectMeta, {
  spec: struct(nodeSpec, 'Properties given to the node.'),
  status: struct(nodeStatus, 'Observed state of the node.'),
});
