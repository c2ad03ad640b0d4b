import {
  atomic,
  bool,
  keyed,
  list,
  map,
  pointer,
  shape,
  struct,
  text,
  textMap,
  time,
  topLevel,
  int32,
  required,
  object,
  microTime,
} from './build.ts';
import { objectMeta } from './meta.ts';
import { localObjectReference, objectReference } from './reference.ts';

const pkg = 'io.k8s.api.core.v1';

const namespaceCondition = shape(`${pkg}.NamespaceCondition`, 'How far the deletion of a namespace is.', {
  type: text('Type of the condition.', { required: true, keepEmpty: true, goType: 'v1.NamespaceConditionType' }),
  status: text('True, False or Unknown.', { required: true, keepEmpty: true, goType: 'v1.ConditionStatus' }),
  lastTransitionTime: time('When the status last changed.'),
  reason: text('Why, as one word.'),
  message: text('Why, for people.'),
});

export const namespaceSchema = topLevel(`${pkg}.Namespace`, 'A scope for names.', objectMeta, {
  spec: struct(
    shape(`${pkg}.NamespaceSpec`, 'Wanted behaviour of a namespace.', {
      finalizers: list(
        { type: 'string', goType: 'v1.FinalizerName' },
        'Must be empty before the namespace goes.',
        atomic,
      ),
    }),
    'Wanted behaviour of the namespace.',
  ),
  status: struct(
    shape(`${pkg}.NamespaceStatus`, 'State of a namespace.', {
      phase: text('Active or Terminating.', { goType: 'v1.NamespacePhase' }),
      conditions: list(namespaceCondition, 'How far the deletion is.', keyed('type')),
    }),
    'State of the namespace.',
  ),
});

export const configMapSchema = topLevel(`${pkg}.ConfigMap`, 'Configuration for pods to consume.', objectMeta, {
  immutable: bool('When true, the data can no longer be changed.', pointer),
  data: textMap('Configuration as text.'),
  binaryData: map({ type: 'bytes' }, 'Configuration as bytes.'),
});

export const secretSchema = topLevel(`${pkg}.Secret`, 'Data of a sensitive kind.', objectMeta, {
  immutable: bool('When true, the data can no longer be changed.', pointer),
  data: map({ type: 'bytes' }, 'The data, in base64.'),
  stringData: textMap('Data given as text; written into data and never answered.'),
  type: text('What the data is for.', { goType: 'v1.SecretType' }),
});

export const serviceAccountSchema = topLevel(
  `${pkg}.ServiceAccount`,
  'A name for processes that run in pods.',
  objectMeta,
  {
    secrets: list(objectReference, 'Secrets that pods of this account may use.', keyed('name')),
    imagePullSecrets: list(localObjectReference, 'Secrets for pulling images.', atomic),
    automountServiceAccountToken: bool('Whether pods get a token mounted.', pointer),
  },
);

const endpointAddress = shape(
  `${pkg}.EndpointAddress`,
  'One address.',
  {
    ip: text('The address.', { required: true, keepEmpty: true }),
    hostname: text('Host name of the endpoint.'),
    nodeName: text('Node that hosts the endpoint.', pointer),
    targetRef: object(objectReference, 'The object that provides the endpoint.'),
  },
  'atomic',
);

const endpointPort = shape(
  `${pkg}.EndpointPort`,
  'One port.',
  {
    name: text('Name of the port; the name of the port of the service.'),
    port: int32('Number of the port.', { required: true, keepEmpty: true }),
    protocol: text('TCP, UDP or SCTP.', { goType: 'v1.Protocol' }),
    appProtocol: text('Application protocol.', pointer),
  },
  'atomic',
);

const endpointSubset = shape(`${pkg}.EndpointSubset`, 'Addresses with the same ports.', {
  addresses: list(endpointAddress, 'Addresses that are ready.', atomic),
  notReadyAddresses: list(endpointAddress, 'Addresses that are not ready.', atomic),
  ports: list(endpointPort, 'Ports of the addresses.', atomic),
});

export const endpointsSchema = topLevel(
  `${pkg}.Endpoints`,
  'Endpoints that implement a service; EndpointSlices have taken its place.',
  objectMeta,
  { subsets: list(endpointSubset, 'All endpoints, grouped by their ports.', atomic) },
);

export const eventSource = shape(`${pkg}.EventSource`, 'Where an event comes from.', {
  component: text('Component that tells.'),
  host: text('Node on which it was told.'),
});

const eventSeries = shape(`${pkg}.EventSeries`, 'A series of equal events.', {
  count: int32('How many.'),
  lastObservedTime: microTime('When the last one was seen.', { keepEmpty: true }),
});

export const eventSchema = topLevel(`${pkg}.Event`, 'Something that happened in the cluster.', objectMeta, {
  involvedObject: struct(objectReference, 'The object the event is about.', required),
  reason: text('Short reason, for machines.'),
  message: text('What happened, for people.'),
  source: struct(eventSource, 'Who tells.'),
  firstTimestamp: time('When it was first seen.', { keepEmpty: true }),
  lastTimestamp: time('When it was last seen.', { keepEmpty: true }),
  count: int32('How often it was seen.'),
  type: text('Normal or Warning.'),
  eventTime: microTime('When it was first seen.', { keepEmpty: true }),
  series: object(eventSeries, 'The series this event began.'),
  action: text('What was done or failed.'),
  related: object(objectReference, 'A second object that took part.'),
  reportingComponent: text('Controller that tells.', { keepEmpty: true }),
  reportingInstance: text('Instance of the controller.', { keepEmpty: true }),
});
