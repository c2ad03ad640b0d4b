import { afterEach, describe, expect, it } from 'vitest';
import { createMockProvider } from '../../providers/mock/index.ts';
import { cloudApi } from '../../providers/mock/cloud-api.ts';
import { PorticoError } from '../../src/errors.ts';
import type { ResourceId } from '../../src/graph/resource.ts';
import type { Observation, Provider } from '../../src/provider.ts';
import { type Life, type Simulation, simulate } from './simulation.ts';

let world: Simulation;
afterEach(() => world.close());

const sweep = 600_000;
const condition = async (type: string) =>
  (await world.service('web'))?.status.conditions.find((each) => each.type === `portico.dev/${type}`);
const told = async (reason: string) => (await world.events()).filter((event) => event.reason === reason);
const ofService = (kind: string): ResourceId =>
  [...world.cloud.records.keys()].find((id) => id.startsWith(`${kind}/`) && id.includes('-default-web-')) ??
  'none/none';
const sources = (): unknown => world.cloud.records.get(ofService('firewall'))?.body['sources'];
const toCloud = (life: Life): string[] =>
  life.calls.filter(({ to, writes }) => to === 'cloud' && writes).map(({ name }) => name);
const policy = (value: string | null) => ({ metadata: { annotations: { 'portico.dev/drift': value } } });

let counted: unknown[];
async function served(annotations: Readonly<Record<string, string>>, defaults = {}): Promise<Life> {
  counted = [];
  world = simulate();
  await world.addNode('n1', 'zone-a');
  const life = begin(defaults);
  await world.apply({ name: 'web', annotations });
  await world.address('web');
  await world.clock.advance(5000);
  life.calls.length = 0;
  return life;
}

const begin = (defaults = {}): Life =>
  world.begin({ defaults, sweepInterval: sweep, observer: { drifted: (...what) => counted.push(what) } });

const open = (): void => {
  world.cloud.patch(ofService('firewall'), { sources: ['0.0.0.0/0', '198.51.100.0/24'] });
};

// R: updatetype: is it a resync
describe('drift', () => {
  it('is repaired, counted, and told with what differed', async () => {
    await served({});
    expect(await condition('Drift')).toBeUndefined();
    open();
    await world.clock.advance(2 * sweep);
    expect(sources()).toEqual(['0.0.0.0/0']);
    expect(counted).toEqual([['service', 'repaired', 1]]);
    const said = await condition('Drift');
    expect(said).toMatchObject({ status: 'False', reason: 'Repaired' });
    expect(said?.message).toMatch(
      /^Undone: firewall\/\S+: sources is \["0.0.0.0\/0", "198.51.100.0\/24"\], not \["0.0.0.0\/0"\]\.$/,
    );
    // What was lost is told too, and an edit of the Service is no drift.
    world.cloud.lose(ofService('forwarding-rule'));
    await world.clock.advance(2 * sweep);
    expect((await condition('Drift'))?.message).toMatch(/forwarding-rule\/\S+ is missing/);
    counted = [];
    await world.merge('web', { spec: { ports: [{ port: 81, targetPort: 8080 }] } });
    await world.clock.advance(2 * sweep);
    expect(counted).toEqual([]);
  });

  it.each([
    ['of the Service', { 'portico.dev/drift': 'report' }, {}],
    ['of the settings', {}, { drift: 'report' }],
  ] as const)('is left and told once with the policy report %s, also after a restart', async (_who, own, defaults) => {
    const life = await served(own, defaults);
    expect(await condition('Drift')).toMatchObject({ status: 'False', reason: 'AsAsked' });
    open();
    await world.clock.advance(5 * sweep);
    expect(toCloud(life)).toEqual([]);
    const said = await condition('Drift');
    expect(said).toMatchObject({ status: 'True', reason: 'Drifted' });
    expect(said?.message).toMatch(
      /not as asked: firewall\/\S+: sources is .*198\.51\.100\.0\/24"\], not \["0\.0\.0\.0\/0"\]\.$/,
    );
    expect(await condition('Programmed')).toMatchObject({ status: 'True' });
    await life.stop();
    const next = begin(defaults);
    await world.clock.advance(3 * sweep);
    expect(toCloud(next)).toEqual([]);
    expect(counted).toEqual([['service', 'reported', 1]]);
    expect((await told('LoadBalancerDrifted')).map(({ count }) => count)).toEqual([1]);
    // Undone by whoever did it.
    world.cloud.patch(ofService('firewall'), { sources: ['0.0.0.0/0'] });
    await world.clock.advance(2 * sweep);
    expect(await condition('Drift')).toMatchObject({ status: 'False', reason: 'AsAsked' });
  });

  it('that is there when the policy becomes report is reported, not undone', async () => {
    const life = await served({});
    open();
    await world.merge('web', policy('report'));
    await world.clock.advance(3 * sweep);
    expect(toCloud(life)).toEqual([]);
    expect(await condition('Drift')).toMatchObject({ status: 'True', reason: 'Drifted' });
    // What is asked for together with the policy is done.
    await world.merge('web', policy(null));
    await world.clock.advance(2 * sweep);
    open();
    await world.merge('web', { ...policy('report'), spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } });
    await world.clock.advance(5000);
    expect(sources()).toEqual(['10.0.0.0/8']);
    expect(await condition('Drift')).toMatchObject({ status: 'False', reason: 'AsAsked' });
  });

  it('with the policy report goes with the next change that is asked for, also one made while nobody ran', async () => {
    const life = await served({ 'portico.dev/drift': 'report' });
    open();
    await world.clock.advance(2 * sweep);
    await life.stop();
    await world.merge('web', { spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } });
    begin();
    await world.clock.advance(5000);
    expect(sources()).toEqual(['10.0.0.0/8']);
    expect(await condition('Drift')).toMatchObject({ status: 'False', reason: 'AsAsked' });
  });

  it('that takes the way to the Service away is never announced as working', async () => {
    await served({ 'portico.dev/drift': 'report' });
    world.cloud.lose(ofService('forwarding-rule'));
    await world.clock.advance(2 * sweep);
    expect((await world.service('web'))?.status.ingress).toEqual([]);
    expect(await condition('Programmed')).toMatchObject({ status: 'False', reason: 'CutOff' });
    await world.merge('web', policy('repair'));
    await world.address('web');
    expect(await condition('Programmed')).toMatchObject({ status: 'True' });
    expect(await condition('Drift')).toBeUndefined();
  });

  it('with the policy off is neither undone nor told', async () => {
    const life = await served({ 'portico.dev/drift': 'off' });
    open();
    await world.clock.advance(5 * sweep);
    expect(toCloud(life)).toEqual([]);
    expect(counted).toEqual([]);
    expect(await told('LoadBalancerDrifted')).toEqual([]);
    expect(await condition('Drift')).toMatchObject({ status: 'Unknown', reason: 'NotWatched' });
  });

  it('an edit of the condition by others is undone', async () => {
    await served({ 'portico.dev/drift': 'report' });
    const before = await condition('Drift');
    const conditions = (await world.service('web'))?.status.conditions ?? [];
    const edited = conditions.map((each) => (each.type === 'portico.dev/Drift' ? { ...each, message: 'none' } : each));
    await world.merge('web', { status: { conditions: edited } }, 'status');
    await world.clock.advance(5000);
    expect(await condition('Drift')).toEqual(before);
    await world.remove('web');
    await world.gone('web');
  });

  it.each(['report', 'off'])('with %s, a change that failed half way and was taken back is no drift', async (value) => {
    world = simulate();
    await world.addNode('n1', 'zone-a');
    let refused = false;
    world.begin({
      sweepInterval: sweep,
      onCall: ({ name }) => {
        if (refused && name.startsWith('insert forwarding-rule')) throw new PorticoError('denied', 'Not allowed.');
      },
    });
    await world.apply({ name: 'web', annotations: { 'portico.dev/drift': value } });
    await world.address('web');
    await world.clock.advance(5000);
    const before = (await world.service('web'))?.spec.ports;
    refused = true;
    await world.merge('web', { spec: { ports: [{ port: 81, targetPort: 8080 }] } });
    await world.clock.advance(5000);
    expect(ofService('forwarding-rule')).toBe('none/none');
    expect(await condition('Drift')).toBeUndefined();
    refused = false;
    await world.merge('web', { spec: { ports: before } });
    await world.clock.advance(2 * sweep);
    expect(ofService('forwarding-rule')).not.toBe('none/none');
    expect(await condition('Drift')).toMatchObject({ reason: value === 'report' ? 'AsAsked' : 'NotWatched' });
  });
});

describe('with the policy report', () => {
  it('names that others took are told as such, not as drift alone', async () => {
    const life = await served({ 'portico.dev/drift': 'report' });
    const firewall = ofService('firewall');
    const { body } = world.cloud.records.get(firewall) ?? {};
    world.cloud.lose(firewall);
    world.cloud.insert(firewall, body ?? {}, 'made by hand');
    world.cloud.lose(ofService('forwarding-rule'));
    await world.clock.advance(2 * sweep);
    expect(await condition('Programmed')).toMatchObject({ status: 'False', reason: 'ForeignResource' });
    expect((await condition('Programmed'))?.message).toContain(firewall);
    expect(await condition('Drift')).toMatchObject({ status: 'True', reason: 'Drifted' });
    expect(toCloud(life)).toEqual([]);
  });

  /** The next controller, to which the cloud says this as well. */
  const beginWith = (more: (seen: Observation) => Partial<Observation>): Life => {
    const honest = createMockProvider({ clock: world.clock, api: cloudApi(world.cloud, { clock: world.clock }) });
    const observe: Provider['observe'] = async (...asked) => {
      const seen = await honest.observe(...asked);
      return { ...seen, ...more(seen) };
    };
    return world.begin({ sweepInterval: 100 * sweep, provider: { ...honest, observe } });
  };

  it('what the cloud refused is told, and looked at again in time', async () => {
    await (await served({ 'portico.dev/drift': 'report' })).stop();
    open();
    const unreserved = { reason: 'QuotaExceeded', message: 'No more.' } as const;
    const life = beginWith(() => ({ unreserved, lookAgainMs: 60_000 }));
    await world.clock.advance(5000);
    expect(await condition('AddressReserved')).toMatchObject({ status: 'False', reason: 'QuotaExceeded' });
    expect(await condition('Drift')).toMatchObject({ status: 'True', reason: 'Drifted' });
    life.passes.length = 0;
    await world.clock.advance(300_000);
    expect(life.passes.filter(({ scope }) => scope === 'service')).toHaveLength(5);
    expect(sources()).toHaveLength(2);
  });

  it('what has to give way to another gives way', async () => {
    await (await served({ 'portico.dev/drift': 'report' })).stop();
    open();
    beginWith(({ sticky }) => ({ sticky: { ...sticky, misplaced: [ofService('firewall')] } }));
    await world.clock.advance(5000);
    expect(sources()).toEqual(['0.0.0.0/0']);
  });
});
