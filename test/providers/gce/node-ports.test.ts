import { afterEach, describe, expect, it } from 'vitest';
import { classIs } from '../../../src/controller/decide.ts';
import { finalizer } from '../../../src/controller/status.ts';
import { written } from '../../controller/simulation.ts';
import { type GceSimulation, simulateGce } from './controller.ts';
import { resourcesOf } from './others.ts';

let world: GceSimulation;
afterEach(() => world.close());

const option = 'portico.dev/node-port-firewall';
const asking = { annotations: { [option]: 'true' } };
const nodePort = (port: number) => ({ ports: [{ port: 80, nodePort: port }] });
/** All that was made, as `collection/name`. */
const made = (): string[] =>
  Object.keys(resourcesOf(world.gce))
    .filter((key) => key.includes('/portico-'))
    .map((key) => key.split('/').at(-2) ?? '')
    .toSorted();
const rule = () => world.gce.view.firewalls().find(({ name }) => name.endsWith('nodes-ipv4'));
const reasons = async (name: string) => (await world.eventsOf('Service', name)).map(({ reason }) => reason);

async function open(settings = {}, hostProject?: string): Promise<void> {
  world = simulateGce(hostProject === undefined ? {} : { hostProject });
  await world.addGceNode('n1', 'us-central1-a');
  world.beginGce({ settings });
}

describe('a NodePort Service that asks for its firewall', () => {
  it('gets one rule to its nodePorts, nothing else, a finalizer and a condition', async () => {
    await open();
    await world.apply({ name: 'web', type: 'NodePort', ...asking, spec: nodePort(30_123) });
    await world.clock.advance(5000);
    expect(made()).toEqual(['firewalls']);
    expect(rule()).toMatchObject({
      direction: 'INGRESS',
      allowed: [{ IPProtocol: 'tcp', ports: ['30123'] }],
      sourceRanges: ['0.0.0.0/0'],
    });
    const web = await world.service('web');
    expect(web?.metadata.finalizers).toEqual([finalizer]);
    expect(web?.status.ingress).toEqual([]);
    expect(await world.condition('web')).toMatchObject({ status: 'True', reason: 'NodePortsOpen' });
    expect((await world.condition('web'))?.message).toContain('tcp:30123');
    expect(await reasons('web')).toEqual(['OpeningNodePorts', 'OpenedNodePorts']);
  });

  it('keeps it current: nodePorts and source ranges', async () => {
    await open();
    await world.apply({ name: 'web', type: 'NodePort', ...asking, spec: nodePort(30_123) });
    await world.clock.advance(2000);
    world.gce.calls.reset();
    await world.merge('web', { spec: nodePort(30_124) });
    await world.clock.advance(2000);
    expect(rule()?.allowed).toEqual([{ IPProtocol: 'tcp', ports: ['30124'] }]);
    expect((await world.condition('web'))?.message).toContain('tcp:30124');
    await world.merge('web', { metadata: { annotations: { 'portico.dev/source-ranges': '198.51.100.0/24' } } });
    await world.clock.advance(2000);
    expect(rule()?.sourceRanges).toEqual(['198.51.100.0/24']);
    expect(world.gce.calls.counts()).toMatchObject({ mutations: 2 });
  });

  it.each([
    ['the annotation', () => world.merge('web', { metadata: { annotations: { [option]: null } } })],
    ['its consent', () => world.merge('web', { metadata: { annotations: { [option]: 'false' } } })],
    ['its type', () => world.merge('web', { spec: { type: 'ClusterIP' } })],
  ])('loses it with %s', async (_title, change) => {
    await open();
    await world.apply({ name: 'web', type: 'NodePort', ...asking });
    await world.clock.advance(2000);
    expect(made()).toEqual(['firewalls']);
    await change();
    await world.clock.advance(5000);
    expect(made()).toEqual([]);
    const web = await world.service('web');
    expect([web?.metadata.finalizers, web?.status]).toEqual([[], { ingress: [], conditions: [] }]);
    expect((await reasons('web')).slice(2)).toEqual(['ClosingNodePorts', 'ClosedNodePorts']);
  });

  it('is held by the finalizer until the rule is gone', async () => {
    await open();
    await world.apply({ name: 'web', type: 'NodePort', ...asking });
    await world.clock.advance(2000);
    world.gce.setFaults([
      { match: { method: 'firewalls.delete' }, effect: { type: 'error', status: 503, reason: 'backendError' } },
    ]);
    await world.remove('web');
    await world.clock.advance(2000);
    expect((await world.service('web'))?.metadata.finalizers).toEqual([finalizer]);
    world.gce.setFaults([]);
    await world.gone('web');
    expect(made()).toEqual([]);
  });

  it('that asks for what cannot be read is told so, and nothing is opened', async () => {
    await open();
    await world.apply({ name: 'web', type: 'NodePort', annotations: { [option]: 'maybe' } });
    await world.clock.advance(2000);
    expect(made()).toEqual([]);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'InvalidRequest' });
  });

  it.each([
    ['that does not ask for it', classIs(null), {}],
    ['by a Portico for one class: such a Service names none', classIs('example.com/ours'), asking],
  ])('is not served %s', async (_title, claims, manifest) => {
    world = simulateGce();
    await world.addGceNode('n1', 'us-central1-a');
    const life = world.beginGce({ claims });
    await world.apply({ name: 'web', type: 'NodePort', ...manifest });
    await world.clock.advance(2000);
    expect(made()).toEqual([]);
    expect(written(life)).toEqual([]);
  });

  it('is refused where firewall rules are left to others', async () => {
    await open({ manageFirewalls: false });
    await world.apply({ name: 'web', type: 'NodePort', ...asking });
    await world.clock.advance(2000);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'Unsupported' });
  });
});

describe('the balancer and the nodePorts of one Service', () => {
  it('from LoadBalancer to NodePort the balancer goes, the rule comes, and the shared graph goes after it', async () => {
    await open();
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.merge('web', { metadata: { annotations: { [option]: 'true' } }, spec: { type: 'NodePort' } });
    await world.clock.advance(20_000);
    expect(made()).toEqual(['firewalls']);
    expect(await world.condition('web')).toMatchObject({ status: 'True', reason: 'NodePortsOpen' });
    expect((await world.service('web'))?.status.ingress).toEqual([]);
    const failures = (await reasons('web')).filter((reason) => reason === 'SyncLoadBalancerFailed');
    expect(failures).toEqual([]);
    await world.merge('web', { spec: { type: 'LoadBalancer' } });
    await world.address('web');
    expect(rule()).toBeDefined();
    await world.remove('web');
    await world.gone('web');
    await world.clock.advance(5000);
    expect(made()).toEqual([]);
  });
});

describe('without rights on firewall rules', () => {
  const denied = { type: 'error', status: 403, reason: 'forbidden' } as const;

  it('in a shared network the Event has the exact command, once', async () => {
    await open({}, 'host-project');
    await world.apply({ name: 'web', type: 'NodePort', ...asking, spec: nodePort(30_123) });
    await world.clock.advance(60_000);
    const told = (await world.eventsOf('Service', 'web')).filter(({ reason }) => reason === 'LoadBalancerManualChange');
    expect(told.map(({ count }) => count)).toEqual([1]);
    expect(told[0]?.message).toMatch(
      /`gcloud compute firewall-rules create portico-test-default-web-\w+-nodes-ipv4 --network default --description '\{.*\}' --allow tcp:30123 --source-ranges 0\.0\.0\.0\/0 --priority 1000 --direction INGRESS --project host-project`/,
    );
  });

  it('in its own project the Event has it too, the condition says so, and all is well when somebody ran it', async () => {
    await open();
    world.gce.setFaults([{ match: { method: 'firewalls.insert' }, effect: denied }]);
    await world.apply({ name: 'web', type: 'NodePort', ...asking, spec: nodePort(30_123) });
    await world.clock.advance(5000);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'PermissionDenied' });
    const [told] = (await world.eventsOf('Service', 'web')).filter(({ type }) => type === 'Warning');
    expect(told?.message).toMatch(
      /have this run: `gcloud compute firewall-rules create \S+ .*--allow tcp:30123 .*--project portico`/,
    );
  });
});
