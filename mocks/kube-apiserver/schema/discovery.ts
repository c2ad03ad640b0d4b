import {
  atomic,
  atomicTextMap,
  bool,
  int32,
  keepEmpty,
  list,
  object,
  pointer,
  shape,
  struct,
  text,
  texts,
  topLevel,
} from './build.ts';
import { objectMeta } from './meta.ts';
import { objectReference } from './reference.ts';

const pkg = 'io.k8s.api.discovery.v1';

const conditions = shape(`${pkg}.EndpointConditions`, 'Whether an endpoint can serve.', {
  ready: bool('Ready for traffic; absent counts as true.', pointer),
  serving: bool('As ready, also while terminating.', pointer),
  terminating: bool('The endpoint is going.', pointer),
});

const forZone = shape(`${pkg}.ForZone`, 'A zone that should consume an endpoint.', {
  name: text('Name of the zone.', { required: true, keepEmpty: true }),
});

const forNode = shape(`${pkg}.ForNode`, 'A node that should consume an endpoint.', {
  name: text('Name of the node.', { required: true, keepEmpty: true }),
});

const hints = shape(`${pkg}.EndpointHints`, 'Who should consume an endpoint.', {
  forZones: list(forZone, 'Zones.', atomic),
  forNodes: list(forNode, 'Nodes.', atomic),
});

const endpoint = shape(`${pkg}.Endpoint`, 'One logical backend of a service.', {
  addresses: texts('Addresses of the endpoint, all alike.', { required: true, keepEmpty: true, listType: 'set' }),
  conditions: struct(conditions, 'State of the endpoint.'),
  hostname: text('Host name of the endpoint.', pointer),
  targetRef: object(objectReference, 'The object that provides the endpoint.'),
  deprecatedTopology: atomicTextMap('Topology of earlier versions.'),
  nodeName: text('Node that hosts the endpoint.', pointer),
  zone: text('Zone of the endpoint.', pointer),
  hints: object(hints, 'Who should consume the endpoint.'),
});

const endpointPort = shape(
  `${pkg}.EndpointPort`,
  'One port of an endpoint.',
  {
    name: text('Name of the port, unique within the slice.', pointer),
    protocol: text('TCP, UDP or SCTP.', { pointer: true, goType: 'v1.Protocol' }),
    port: int32('Number of the port.', pointer),
    appProtocol: text('Application protocol.', pointer),
  },
  'atomic',
);

export const endpointSliceSchema = topLevel(
  `${pkg}.EndpointSlice`,
  'A part of the endpoints that implement a service.',
  objectMeta,
  {
    addressType: text('IPv4, IPv6 or FQDN; cannot change.', {
      required: true,
      keepEmpty: true,
      goType: 'v1.AddressType',
    }),
    endpoints: list(endpoint, 'The endpoints, at most 1000.', {
      ...atomic,
      ...keepEmpty,
      required: true,
      // Who gives an empty list owns it, though the answer shows null.
      pointer: true,
    }),
    ports: list(endpointPort, 'Ports of every endpoint.', { ...atomic, ...keepEmpty, pointer: true }),
  },
);
