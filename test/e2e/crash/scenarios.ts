import type { Lane } from './lane.ts';

/** A change that the controller is killed in the middle of. */
export interface Scenario {
  readonly name: string;
  /** What happened to the Service before, each until the controller was done with it. */
  readonly before: readonly Act[];
  readonly act: Act;
  /** Whether the address of before is to be that of after, and nobody else's in between. */
  readonly keepsAddress: boolean;
}

export interface Act {
  readonly do: (lane: Lane, service: string) => Promise<void>;
  /** The reason of the Event that ends the work on it. */
  readonly ends: 'EnsuredLoadBalancer' | 'DeletedLoadBalancer';
  readonly undo?: (lane: Lane) => Promise<void>;
}

const port = (number: number): object => ({ name: `p${number}`, port: number, nodePort: 30_000 + number });
const http = { ports: [port(80)], loadBalancerSourceRanges: ['10.0.0.0/8'] };
/** More than five: the forwarding rule takes all ports, and a change of them is one of the firewall. */
const many = { ports: [80, 81, 82, 83, 84, 85].map(port), loadBalancerSourceRanges: ['10.0.0.0/8'] };

const serving = (act: Act['do']): Act => ({ do: act, ends: 'EnsuredLoadBalancer' });
const removing = (act: Act['do']): Act => ({ do: act, ends: 'DeletedLoadBalancer' });
const spec =
  (fields: object): Act['do'] =>
  (lane, service) =>
    lane.edit(service, { spec: fields });
const annotate =
  (annotations: object): Act['do'] =>
  (lane, service) =>
    lane.edit(service, { metadata: { annotations } });

const create = (fields: object, annotations: object = {}): Act =>
  serving((lane, service) => lane.create(service, fields, annotations));
const toClusterIp = removing(spec({ type: 'ClusterIP', loadBalancerSourceRanges: null }));
const anotherPort = serving(spec({ ports: [port(81)] }));
const anotherZone: Act = {
  ...serving((lane) => lane.addNode('node-2', 'us-central1-b')),
  undo: (lane) => lane.removeNode('node-2'),
};
const internal = { 'portico.dev/scheme': 'internal' };

export const scenarios: readonly Scenario[] = [
  { name: 'create', before: [], act: create(http), keepsAddress: false },
  {
    name: 'update: source ranges, ports, affinity',
    before: [create(many)],
    act: serving(
      spec({
        loadBalancerSourceRanges: ['192.0.2.0/24'],
        ports: [80, 81, 82, 83, 84, 86].map(port),
        sessionAffinity: 'ClientIP',
      }),
    ),
    keepsAddress: true,
  },
  { name: 'replace: another port', before: [create(http)], act: anotherPort, keepsAddress: true },
  {
    name: 'replace: another port, policy hold',
    before: [create(http, { 'portico.dev/address-policy': 'hold' })],
    act: anotherPort,
    keepsAddress: true,
  },
  { name: 'retype: to ClusterIP', before: [create(http)], act: toClusterIp, keepsAddress: false },
  {
    name: 'retype: back to LoadBalancer',
    before: [create(http), toClusterIp],
    // Its nodePort was given back, and another one would be chosen by chance.
    act: serving(spec({ type: 'LoadBalancer', ports: http.ports })),
    keepsAddress: false,
  },
  { name: 'retype: to internal', before: [create(http)], act: serving(annotate(internal)), keepsAddress: false },
  {
    name: 'retype: to external',
    before: [create(http, internal)],
    act: serving(annotate({ 'portico.dev/scheme': null })),
    keepsAddress: false,
  },
  { name: 'nodes: one in another zone', before: [create(http)], act: anotherZone, keepsAddress: true },
  {
    name: 'delete',
    before: [create(http)],
    act: removing((lane, service) => lane.remove(service)),
    keepsAddress: false,
  },
];
