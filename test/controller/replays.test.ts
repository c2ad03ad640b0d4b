import { afterEach, describe, expect, it } from 'vitest';
import { conditionOf, programmedType } from '../../src/controller/conditions.ts';
import { asks, classIs, demand, says } from '../../src/controller/decide.ts';
import { nodeSet } from '../../src/controller/node-set.ts';
import { finalizer, servicePatch } from '../../src/controller/status.ts';
import { type Node, readNode } from '../../src/model/node.ts';
import { readService, type Service } from '../../src/model/service.ts';
import { type Simulation, simulate, written } from './simulation.ts';

/** Cases of kubernetes/cloud-provider, ingress-gce and Kubernetes' e2e tests; docs/reference/replays-controller.md has the whole list. */

const ours = classIs(null);
const time = '2026-01-01T00:00:00Z';
const service = (changes: object = {}, spec: object = {}, status: object = {}): Service =>
  readService({
    metadata: { namespace: 'default', name: 'web', uid: 'uid-1', resourceVersion: '1', ...changes },
    spec: {
      type: 'LoadBalancer',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30080 }],
      externalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ...spec,
    },
    status,
  });
const port = (changes: object): object => ({
  ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30080, ...changes }],
});

describe('replay TestNeedsUpdate, l4netlbcontroller update table', () => {
  it.each([
    ['type', {}, { type: 'ClusterIP' }, true],
    ['port', {}, port({ port: 81 }), true],
    ['node port', {}, port({ nodePort: 30081 }), true],
    ['protocol', {}, port({ protocol: 'UDP' }), true],
    ['one more port', {}, { ports: [{ port: 80 }, { port: 81 }] }, true],
    ['source ranges', {}, { loadBalancerSourceRanges: ['10.0.0.0/8'] }, true],
    ['session affinity', {}, { sessionAffinity: 'ClientIP' }, true],
    [
      'affinity timeout',
      {},
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
      true,
    ],
    ['UID', { uid: 'uid-2' }, {}, true],
    ['externalTrafficPolicy', {}, { externalTrafficPolicy: 'Local' }, true],
    ['healthCheckNodePort', {}, { healthCheckNodePort: 31000 }, true],
    ['loadBalancerIP', {}, { loadBalancerIP: '192.0.2.1' }, true],
    ['loadBalancerClass', {}, { loadBalancerClass: 'example.com/other' }, true],
    ['ipFamilies', {}, { ipFamilies: ['IPv4', 'IPv6'] }, true],
    ['an option', { annotations: { 'portico.dev/scheme': 'internal' } }, {}, true],
    [
      'another controller’s key for an option',
      { annotations: { 'cloud.google.com/network-tier': 'Standard' } },
      {},
      true,
    ],
    // There these cause work, and here nothing that is made depends on them: packets arrive at the Service's port.
    ['targetPort (a number)', {}, port({ targetPort: 8081 }), false],
    ['targetPort (a name)', {}, port({ targetPort: 'http' }), false],
    ['appProtocol', {}, port({ appProtocol: 'https' }), false],
    ['externalIPs', {}, { externalIPs: ['192.0.2.9'] }, false],
    ['a foreign annotation', { annotations: { 'example.com/x': 'y' } }, {}, false],
    ['labels', { labels: { a: 'b' } }, {}, false],
    ['selector', {}, { selector: { app: 'web' } }, false],
  ])('%s', (_title, metadata, spec, matters) => {
    expect(asks(service(metadata, spec)) !== asks(service())).toBe(matters);
  });

  it('the order of ports and ranges is no change', () => {
    const two = [{ port: 80 }, { port: 443 }];
    const ranges = ['10.0.0.0/8', '192.0.2.0/24'];
    const forth = service({}, { ports: two, loadBalancerSourceRanges: ranges });
    const back = service({}, { ports: two.toReversed(), loadBalancerSourceRanges: ranges.toReversed() });
    expect(asks(forth)).toBe(asks(back));
  });
});

describe('replay TestNeedsCleanup, l4netlbcontroller deletion checks, process decision', () => {
  const gone = { deletionTimestamp: time };
  const held = { finalizers: [finalizer] };
  it.each([
    ['a LoadBalancer', {}, {}, 'serve'],
    ['with finalizer', held, {}, 'serve'],
    ['with finalizer and deleted', { ...held, ...gone }, {}, 'clean'],
    ['deleted without finalizer', gone, {}, 'ignore'],
    ['no LoadBalancer any more, with finalizer', held, { type: 'NodePort' }, 'clean'],
    ['no LoadBalancer, without finalizer', {}, { type: 'ClusterIP' }, 'ignore'],
    ['no LoadBalancer, deleted, with finalizer', { ...held, ...gone }, { type: 'ExternalName' }, 'clean'],
    ['another class', {}, { loadBalancerClass: 'example.com/other' }, 'ignore'],
    [
      'another class, with the common finalizer, which may be its own',
      held,
      { loadBalancerClass: 'example.com/x' },
      'ignore',
    ],
  ] as const)('%s', (_title, metadata, spec, what) => {
    expect(demand(service(metadata, spec), ours)).toBe(what);
  });
});

describe('replay TestAddFinalizer, TestRemoveFinalizer, TestPatchStatus', () => {
  const held = service(
    { finalizers: ['example.com/theirs', finalizer] },
    {},
    { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
  );
  it.each([
    ['the finalizer that is there', held, { finalizer: true }, []],
    ['no finalizer where there is none', service(), { finalizer: false }, []],
    ['the status that is there', held, { ingress: [{ ip: '192.0.2.1' }] }, []],
    ['nothing where there is nothing', service(), { ingress: [] }, []],
    ['a first finalizer', service(), { finalizer: true }, ['add /metadata/finalizers']],
    ['one more', service({ finalizers: ['x.y/z'] }), { finalizer: true }, ['add /metadata/finalizers/-']],
    ['our finalizer away', held, { finalizer: false }, ['remove /metadata/finalizers/1']],
    ['another status', held, { ingress: [{ ip: '192.0.2.2' }] }, ['add /status/loadBalancer']],
    ['an empty status', held, { ingress: [] }, ['add /status/loadBalancer']],
  ])('%s', (_title, before, wished, changes) => {
    const patch = servicePatch(before, wished);
    expect(patch.filter(({ op }) => op !== 'test').map(({ op, path }) => `${op} ${path}`)).toEqual(changes);
    if (changes.length === 0) expect(patch).toEqual([]);
    else expect(patch).toContainEqual({ op: 'test', path: '/metadata/uid', value: 'uid-1' });
  });
});

const exclude = 'node.kubernetes.io/exclude-from-external-load-balancers';
const zone = 'topology.kubernetes.io/zone';
const states = {
  plain: {},
  excluded: { labels: { [exclude]: '' } },
  'excluded=true': { labels: { [exclude]: 'true' } },
  'excluded=false': { labels: { [exclude]: 'false' } },
  'excluded, unparsable': { labels: { [exclude]: 'maybe' } },
  tainted: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler' }] },
  'tainted otherwise': { taints: [{ key: 'example.com/taint' }] },
  unschedulable: { unschedulable: true },
  'not ready': { ready: 'False' },
  'ready unknown': { ready: 'Unknown' },
  'without providerID': { providerID: '' },
  'another providerID': { providerID: 'mock://machines/other' },
  'being deleted': { deletionTimestamp: time },
  'control plane': { labels: { 'node-role.kubernetes.io/control-plane': '' } },
} as const;
type State = keyof typeof states;

function node(name: State): Node {
  const state: {
    labels?: object;
    taints?: object;
    unschedulable?: boolean;
    ready?: string;
    providerID?: string;
    deletionTimestamp?: string;
  } = states[name];
  return readNode({
    metadata: {
      name: 'n1',
      uid: 'n1',
      labels: { [zone]: 'zone-a', ...state.labels },
      ...(state.deletionTimestamp === undefined ? {} : { deletionTimestamp: state.deletionTimestamp }),
    },
    spec: {
      providerID: state.providerID ?? 'mock://machines/n1',
      taints: state.taints ?? [],
      unschedulable: state.unschedulable ?? false,
    },
    status: { conditions: [{ type: 'Ready', status: state.ready ?? 'True' }] },
  });
}

describe('replay Test_shouldSyncUpdatedNode_individualPredicates, Test_shouldSyncUpdatedNode_compoundedPredicates', () => {
  /** What the balancer has of a node in this state: nothing, or a machine. */
  const stands: Record<State, string> = {
    plain: 'n1',
    excluded: '',
    'excluded=true': '',
    'excluded=false': 'n1',
    'excluded, unparsable': '',
    tainted: '',
    'tainted otherwise': 'n1',
    unschedulable: 'n1',
    'not ready': 'n1',
    'ready unknown': 'n1',
    'without providerID': '',
    'another providerID': 'other',
    'being deleted': '',
    'control plane': 'n1',
  };
  const names = Object.keys(states) as State[];

  it.each(names)('from %s to each other state', (before) => {
    for (const after of names) {
      const set = nodeSet(new Map([['n1', node(before)]]));
      expect([after, set.concerns(node(before), node(after))]).toEqual([after, stands[before] !== stands[after]]);
    }
  });

  it.each(names)('%s comes and goes', (name) => {
    const set = nodeSet(new Map());
    expect(set.concerns(undefined, node(name))).toBe(stands[name] !== '');
    expect(set.concerns(node(name), undefined)).toBe(stands[name] !== '');
  });
});

describe('replay l4lbcommon: conditions', () => {
  const verdict = { status: 'False', reason: 'Provisioning', message: 'm' } as const;
  const before = { type: programmedType, ...verdict, lastTransitionTime: time } as const;
  const later = Date.parse('2026-02-01T00:00:00Z');
  it.each([
    ['the same is the same object', verdict, before],
    ['another message keeps the time', { ...verdict, message: 'n' }, { ...before, message: 'n' }],
    ['another reason keeps the time', { ...verdict, reason: 'Deleting' }, { ...before, reason: 'Deleting' }],
    [
      'another status has a new time',
      { ...verdict, status: 'True' },
      { ...before, status: 'True', lastTransitionTime: '2026-02-01T00:00:00Z' },
    ],
  ] as const)('%s', (_title, wished, after) => {
    expect(conditionOf(programmedType, wished, before, later)).toEqual(after);
  });

  it('those of others are not what we go by', () => {
    const theirs = { type: 'example.com/Other', status: 'True', reason: 'R', message: '', lastTransitionTime: time };
    expect(says(service({}, {}, { conditions: [theirs] }))).toBe(says(service()));
  });
});

let world: Simulation;
afterEach(() => world?.close());

async function served(spec: object = {}): Promise<string> {
  world = simulate();
  await world.addNode('n1', 'zone-a');
  world.begin();
  await world.apply({ name: 'web', spec });
  return world.address('web');
}
const of = (kind: string) =>
  [...world.cloud.records.values()].filter((each) => each.kind === kind && each.id.includes('-web-'));
const shown = async () => (await world.service('web'))?.status.ingress.map(({ ip }) => ip);

describe('in a cluster', () => {
  it.each(['ClusterIP', 'NodePort', 'ExternalName'])(
    'replay l4netlbcontroller type transition to %s: all goes',
    async (type) => {
      await served();
      const external = type === 'ExternalName' ? { externalName: 'example.com', ports: null, selector: null } : {};
      await world.merge('web', { spec: { type, ...external } });
      await world.clock.advance(10_000);
      expect([...world.cloud.records.keys()]).toEqual([]);
      const web = await world.service('web');
      expect([web?.metadata.finalizers, web?.status]).toEqual([[], { ingress: [], conditions: [] }]);
    },
  );

  it('replay l4netlbcontroller, l4controller policy update: Local to Cluster and back changes the health check alone', async () => {
    const ip = await served({ externalTrafficPolicy: 'Local' });
    const probe = (): unknown => of('health-check')[0]?.body['protocol'];
    const rule = of('forwarding-rule')[0];
    expect(probe()).toBe('http');
    await world.merge('web', { spec: { externalTrafficPolicy: 'Cluster' } });
    await world.clock.advance(5000);
    expect([probe(), await shown()]).toEqual(['tcp', [ip]]);
    await world.merge('web', { spec: { externalTrafficPolicy: 'Local' } });
    await world.clock.advance(5000);
    expect([probe(), await shown()]).toEqual(['http', [ip]]);
    expect(of('forwarding-rule')).toEqual([rule]);
  });

  it('replay e2e "should only allow access from service loadbalancer source ranges": one, another, everybody', async () => {
    const ip = await served({ loadBalancerSourceRanges: ['192.0.2.1/32'] });
    const sources = (): unknown => of('firewall')[0]?.body['sources'];
    expect(sources()).toEqual(['192.0.2.1/32']);
    await world.merge('web', { spec: { loadBalancerSourceRanges: ['192.0.2.2/32'] } });
    await world.clock.advance(5000);
    expect(sources()).toEqual(['192.0.2.2/32']);
    await world.merge('web', { spec: { loadBalancerSourceRanges: null } });
    await world.clock.advance(5000);
    expect(sources()).toEqual(['0.0.0.0/0']);
    expect(await shown()).toEqual([ip]);
  });

  it('replay e2e "should have session affinity work": on, off and on again keeps the address', async () => {
    const ip = await served({ sessionAffinity: 'ClientIP' });
    const seconds = (): unknown => of('backend-service')[0]?.body['affinitySeconds'];
    expect(seconds()).toBe(10_800);
    await world.merge('web', { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } });
    await world.clock.advance(5000);
    expect(seconds()).toBeNull();
    await world.merge('web', { spec: { sessionAffinity: 'ClientIP' } });
    await world.clock.advance(5000);
    expect(seconds()).toBe(10_800);
    expect(await shown()).toEqual([ip]);
  });

  it('replay e2e "without NodePorts": served by the proxy’s health, and keeps its address when it gets nodePorts', async () => {
    const ip = await served({ allocateLoadBalancerNodePorts: false });
    const probe = (): unknown => of('health-check')[0]?.body['port'];
    expect(probe()).toBe(10_256);
    await world.merge('web', { spec: { allocateLoadBalancerNodePorts: true } });
    await world.clock.advance(5000);
    expect(probe()).toBeGreaterThanOrEqual(30_000);
    expect(await shown()).toEqual([ip]);
  });

  it('replay e2e "change the type and ports of a UDP service": the nodePort changes, the address stays', async () => {
    const ip = await served({ ports: [{ port: 53, protocol: 'UDP' }] });
    const [first] = (await world.service('web'))?.spec.ports ?? [];
    await world.merge('web', {
      spec: { ports: [{ ...first, nodePort: (first?.nodePort ?? 0) === 31_000 ? 31_001 : 31_000 }] },
    });
    await world.clock.advance(5000);
    expect(await shown()).toEqual([ip]);
    await world.merge('web', { spec: { ports: [{ port: 54, protocol: 'UDP' }] } });
    await world.clock.advance(5000);
    expect([of('forwarding-rule')[0]?.body['ports'], await shown()]).toEqual([['udp/54'], [ip]]);
  });

  it('replay TestUpdateNodesInExternalLoadBalancer: no Service, no call; more Services, no more calls', async () => {
    world = simulate();
    const life = world.begin();
    await world.addNode('n1', 'zone-a');
    await world.clock.advance(5000);
    expect(written(life)).toEqual([]);
    for (const name of ['a', 'b', 'c', 'd']) await world.apply({ name });
    for (const name of ['a', 'b', 'c', 'd']) await world.address(name);
    await world.clock.advance(5000);
    life.calls.length = 0;
    await world.addNode('n2', 'zone-a');
    await world.clock.advance(5000);
    expect(written(life)).toHaveLength(1);
  });
});
