import {
  any,
  atomic,
  bool,
  int32,
  int64,
  intOrString,
  keepEmpty,
  keyed,
  list,
  object,
  pointer,
  quantities,
  quantity,
  shape,
  struct,
  text,
  texts,
} from './build.ts';
import type { Field } from './schema.ts';
import { keySelector } from './reference.ts';

const pkg = 'io.k8s.api.core.v1';
const needed = { required: true, keepEmpty: true } as const;

const containerPort = shape(`${pkg}.ContainerPort`, 'A port of a container.', {
  name: text('Name of the port, unique within the pod.'),
  hostPort: int32('Port on the host.'),
  containerPort: int32('Port on the address of the pod.', needed),
  protocol: text('TCP, UDP or SCTP.', { default: 'TCP', goType: 'v1.Protocol' }),
  hostIP: text('Address on the host.'),
});

const fieldSelector = shape(
  `${pkg}.ObjectFieldSelector`,
  'A field of the pod.',
  { apiVersion: text('Version of the schema the path is in.'), fieldPath: text('Path of the field.', needed) },
  'atomic',
);

const resourceSelector = shape(
  `${pkg}.ResourceFieldSelector`,
  'A resource of a container.',
  {
    containerName: text('Name of the container.'),
    resource: text('The resource: limits.cpu, …', needed),
    divisor: quantity('Unit of the value.', keepEmpty),
  },
  'atomic',
);

const envVarSource = shape(`${pkg}.EnvVarSource`, 'Where a value comes from.', {
  fieldRef: object(fieldSelector, 'A field of the pod.'),
  resourceFieldRef: object(resourceSelector, 'A resource of the container.'),
  configMapKeyRef: object(keySelector('ConfigMap'), 'A key of a ConfigMap.'),
  secretKeyRef: object(keySelector('Secret'), 'A key of a Secret.'),
});

const envVar = shape(`${pkg}.EnvVar`, 'An environment variable.', {
  name: text('Name of the variable.', needed),
  value: text('Value of the variable.'),
  valueFrom: object(envVarSource, 'Where the value comes from.'),
});

const envSource = (of: string) =>
  shape(`${pkg}.${of}EnvSource`, `All of a ${of}.`, {
    name: text(`Name of the ${of}.`, { default: '' }),
    optional: bool('Whether it may be missing.', pointer),
  });

const envFromSource = shape(`${pkg}.EnvFromSource`, 'Variables from all keys of an object.', {
  prefix: text('Put before every key.'),
  configMapRef: object(envSource('ConfigMap'), 'The ConfigMap.'),
  secretRef: object(envSource('Secret'), 'The Secret.'),
});

const resourceClaim = shape(`${pkg}.ResourceClaim`, 'A claim of the pod that a container uses.', {
  name: text('Name of the claim.', needed),
  request: text('Name of the request within the claim.'),
});

export const resources = shape(`${pkg}.ResourceRequirements`, 'Resources of a container.', {
  limits: quantities('The most that is given.'),
  requests: quantities('The least that is needed.'),
  claims: list(resourceClaim, 'Claims that are used.', { listType: 'map', listMapKeys: ['name'] }),
});

const volumeMount = shape(`${pkg}.VolumeMount`, 'Where a volume is mounted.', {
  name: text('Name of the volume.', needed),
  readOnly: bool('Whether it is read-only.'),
  recursiveReadOnly: text('Whether mounts below are read-only too.', pointer),
  mountPath: text('Path in the container.', needed),
  subPath: text('Path in the volume.'),
  mountPropagation: text('How mounts spread.', pointer),
  subPathExpr: text('Path in the volume, with variables.'),
});

const volumeDevice = shape(`${pkg}.VolumeDevice`, 'A raw device.', {
  name: text('Name of the volume.', needed),
  devicePath: text('Path in the container.', needed),
});

const httpHeader = shape(`${pkg}.HTTPHeader`, 'A header.', {
  name: text('Name.', needed),
  value: text('Value.', needed),
});

const handlers: Readonly<Record<string, Field>> = {
  exec: object(shape(`${pkg}.ExecAction`, 'A command.', { command: texts('The command.', atomic) }), 'Runs a command.'),
  httpGet: object(
    shape(`${pkg}.HTTPGetAction`, 'A GET.', {
      path: text('Path to ask.'),
      port: intOrString('Port to ask.', needed),
      host: text('Host to ask; the pod when absent.'),
      scheme: text('HTTP or HTTPS.', { goType: 'v1.URIScheme' }),
      httpHeaders: list(httpHeader, 'Headers.', atomic),
    }),
    'Asks by HTTP.',
  ),
  tcpSocket: object(
    shape(`${pkg}.TCPSocketAction`, 'A connection.', { port: intOrString('Port.', needed), host: text('Host.') }),
    'Opens a connection.',
  ),
};

const probe = shape(`${pkg}.Probe`, 'How to find out whether a container is well.', {
  ...handlers,
  grpc: object(
    shape(`${pkg}.GRPCAction`, 'A gRPC health check.', {
      port: int32('Port.', needed),
      service: text('Service.', { pointer: true, default: '' }),
    }),
    'Asks by gRPC.',
  ),
  initialDelaySeconds: int32('Seconds before the first.'),
  timeoutSeconds: int32('Seconds until it counts as failed; 1 when absent.'),
  periodSeconds: int32('Seconds between two; 10 when absent.'),
  successThreshold: int32('Successes in a row that are needed; 1 when absent.'),
  failureThreshold: int32('Failures in a row that are needed; 3 when absent.'),
  terminationGracePeriodSeconds: int64('Grace of a container that fails it.', pointer),
});

const handler = shape(`${pkg}.LifecycleHandler`, 'What is done at a turn of life.', {
  ...handlers,
  sleep: object(shape(`${pkg}.SleepAction`, 'A pause.', { seconds: int64('Seconds.', needed) }), 'Waits.'),
});

const lifecycle = shape(`${pkg}.Lifecycle`, 'What is done at turns of life.', {
  postStart: object(handler, 'After the start.'),
  preStop: object(handler, 'Before the stop.'),
  stopSignal: text('Signal that stops the container.', pointer),
});

const seLinuxOptions = shape(`${pkg}.SELinuxOptions`, 'SELinux label.', {
  user: text('User.'),
  role: text('Role.'),
  type: text('Type.'),
  level: text('Level.'),
});

const profile = (of: string) =>
  shape(`${pkg}.${of}Profile`, `${of} profile.`, {
    type: text('Type of the profile.', needed),
    localhostProfile: text('Profile on the node.', pointer),
  });

const windowsOptions = shape(`${pkg}.WindowsSecurityContextOptions`, 'Settings for Windows.', {
  gmsaCredentialSpecName: text('Name of the credential spec.', pointer),
  gmsaCredentialSpec: text('The credential spec.', pointer),
  runAsUserName: text('User.', pointer),
  hostProcess: bool('Whether it runs as a process of the host.', pointer),
});

/** Security settings that pods and containers share. */
export const commonSecurity = {
  seLinuxOptions: object(seLinuxOptions, 'SELinux label.'),
  windowsOptions: object(windowsOptions, 'Settings for Windows.'),
  runAsUser: int64('User ID.', pointer),
  runAsGroup: int64('Group ID.', pointer),
  runAsNonRoot: bool('Whether it must not be root.', pointer),
  seccompProfile: object(profile('Seccomp'), 'Seccomp profile.'),
  appArmorProfile: object(profile('AppArmor'), 'AppArmor profile.'),
} as const;

const capabilities = shape(`${pkg}.Capabilities`, 'Capabilities.', {
  add: texts('Added.', atomic),
  drop: texts('Dropped.', atomic),
});

const securityContext = shape(`${pkg}.SecurityContext`, 'Security settings of a container.', {
  capabilities: object(capabilities, 'Capabilities.'),
  privileged: bool('Whether it is privileged.', pointer),
  seLinuxOptions: commonSecurity.seLinuxOptions,
  windowsOptions: commonSecurity.windowsOptions,
  runAsUser: commonSecurity.runAsUser,
  runAsGroup: commonSecurity.runAsGroup,
  runAsNonRoot: commonSecurity.runAsNonRoot,
  readOnlyRootFilesystem: bool('Whether the root file system is read-only.', pointer),
  allowPrivilegeEscalation: bool('Whether a process may gain privileges.', pointer),
  procMount: text('How /proc is mounted.', pointer),
  seccompProfile: commonSecurity.seccompProfile,
  appArmorProfile: commonSecurity.appArmorProfile,
});

const resizePolicy = shape(`${pkg}.ContainerResizePolicy`, 'What a change of a resource needs.', {
  resourceName: text('The resource.', needed),
  restartPolicy: text('NotRequired or RestartContainer.', needed),
});

const containerFields: Readonly<Record<string, Field>> = {
  name: text('Name of the container, a DNS label, unique in the pod.', needed),
  image: text('Image of the container.'),
  command: texts('Entry point; that of the image when absent.', atomic),
  args: texts('Arguments; those of the image when absent.', atomic),
  workingDir: text('Working directory.'),
  ports: list(containerPort, 'Ports that are exposed.', {
    patchStrategy: 'merge',
    mergeKey: 'containerPort',
    listType: 'map',
    listMapKeys: ['containerPort', 'protocol'],
  }),
  envFrom: list(envFromSource, 'Sources of variables.', atomic),
  env: list(envVar, 'Environment variables.', keyed('name')),
  resources: struct(resources, 'Resources.'),
  resizePolicy: list(resizePolicy, 'What changes of resources need.', atomic),
  restartPolicy: text('Restart policy of the container.', { pointer: true, goType: 'v1.ContainerRestartPolicy' }),
  restartPolicyRules: list(
    shape(`${pkg}.ContainerRestartRule`, 'When to restart.', {
      action: text('What is done.'),
      exitCodes: any('Exit codes.'),
    }),
    'When the container restarts.',
    atomic,
  ),
  volumeMounts: list(volumeMount, 'Mounted volumes.', keyed('mountPath')),
  volumeDevices: list(volumeDevice, 'Raw devices.', keyed('devicePath')),
  livenessProbe: object(probe, 'Whether it must be restarted.'),
  readinessProbe: object(probe, 'Whether it can serve.'),
  startupProbe: object(probe, 'Whether it has started.'),
  lifecycle: object(lifecycle, 'What is done at turns of life.'),
  terminationMessagePath: text('File with the last words; /dev/termination-log when absent.'),
  terminationMessagePolicy: text('File or FallbackToLogsOnError.', { goType: 'v1.TerminationMessagePolicy' }),
  imagePullPolicy: text('Always, Never or IfNotPresent.', { goType: 'v1.PullPolicy' }),
  securityContext: object(securityContext, 'Security settings.'),
  stdin: bool('Whether there is a buffer for stdin.'),
  stdinOnce: bool('Whether stdin closes after the first client.'),
  tty: bool('Whether there is a terminal.'),
};

export const container = shape(`${pkg}.Container`, 'One container of a pod.', containerFields);
export const ephemeralContainer = shape(`${pkg}.EphemeralContainer`, 'A container for debugging.', {
  ...containerFields,
  targetContainerName: text('Container whose processes are shared.'),
});
