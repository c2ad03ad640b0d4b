import {
  any,
  atomic,
  bool,
  int32,
  int64,
  keepEmpty,
  keyed,
  list,
  object,
  pointer,
  quantities,
  shape,
  struct,
  text,
  time,
} from './build.ts';

const pkg = 'io.k8s.api.core.v1';
const needed = { required: true, keepEmpty: true } as const;

const condition = shape(`${pkg}.PodCondition`, 'One aspect of the state of a pod.', {
  type: text('Type of the condition.', { ...needed, goType: 'v1.PodConditionType' }),
  observedGeneration: int64('Generation the condition was set upon.'),
  status: text('True, False or Unknown.', { ...needed, goType: 'v1.ConditionStatus' }),
  lastProbeTime: time('When the condition was last probed.', keepEmpty),
  lastTransitionTime: time('When the status last changed.', keepEmpty),
  reason: text('Why, as one word.'),
  message: text('Why, for people.'),
});

const hostIP = shape(`${pkg}.HostIP`, 'An address of the host.', { ip: text('The address.', needed) });
const podIP = shape(`${pkg}.PodIP`, 'An address of the pod.', { ip: text('The address.', needed) });

const state = shape(`${pkg}.ContainerState`, 'What a container does.', {
  waiting: object(
    shape(`${pkg}.ContainerStateWaiting`, 'It waits.', { reason: text('Why.'), message: text('Why, for people.') }),
    'It waits.',
  ),
  running: object(
    shape(`${pkg}.ContainerStateRunning`, 'It runs.', { startedAt: time('Since when.', keepEmpty) }),
    'It runs.',
  ),
  terminated: object(
    shape(`${pkg}.ContainerStateTerminated`, 'It ended.', {
      exitCode: int32('Exit code.', needed),
      signal: int32('Signal.'),
      reason: text('Why.'),
      message: text('Why, for people.'),
      startedAt: time('When it began.', keepEmpty),
      finishedAt: time('When it ended.', keepEmpty),
      containerID: text('ID of the container.'),
    }),
    'It ended.',
  ),
});

const containerStatus = shape(`${pkg}.ContainerStatus`, 'State of a container.', {
  name: text('Name of the container.', needed),
  state: struct(state, 'What it does.'),
  lastState: struct(state, 'What it did before.'),
  ready: bool('Whether it passed its readiness probe.', needed),
  restartCount: int32('How often it was restarted.', needed),
  image: text('Image that runs.', needed),
  imageID: text('ID of the image.', needed),
  containerID: text('ID of the container.'),
  started: bool('Whether it has started.', pointer),
  allocatedResources: quantities('Resources that it was given.'),
  resources: any('Resources in effect.'),
  volumeMounts: any('Mounts.'),
  user: any('User it runs as.'),
  allocatedResourcesStatus: any('State of the resources.'),
  stopSignal: text('Signal that stops it.', pointer),
});

const statuses = (which: string) => list(containerStatus, `State of ${which}.`, atomic);

export const podStatus = shape(`${pkg}.PodStatus`, 'Observed state of a pod.', {
  observedGeneration: int64('Generation the kubelet has seen.'),
  phase: text('Pending, Running, Succeeded, Failed or Unknown.', { goType: 'v1.PodPhase' }),
  conditions: list(condition, 'State in conditions.', keyed('type')),
  message: text('Why, for people.'),
  reason: text('Why, as one word.'),
  nominatedNodeName: text('Node that makes room for the pod.'),
  hostIP: text('Address of the host.'),
  hostIPs: list(hostIP, 'Addresses of the host.', { ...atomic, patchStrategy: 'merge', mergeKey: 'ip' }),
  podIP: text('Address of the pod.'),
  podIPs: list(podIP, 'Addresses of the pod, one per IP family.', keyed('ip')),
  startTime: time('When the kubelet took the pod.', pointer),
  initContainerStatuses: statuses('init containers'),
  containerStatuses: statuses('containers'),
  qosClass: text('Guaranteed, Burstable or BestEffort.', { goType: 'v1.PodQOSClass' }),
  ephemeralContainerStatuses: statuses('ephemeral containers'),
  resize: text('How far a change of resources is.'),
  resourceClaimStatuses: any('State of claims.'),
  extendedResourceClaimStatus: any('State of the claim for extended resources.'),
  allocatedResources: quantities('Resources that the pod was given.'),
  resources: any('Resources in effect.'),
});
