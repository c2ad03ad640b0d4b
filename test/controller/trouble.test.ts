import { afterEach, describe, expect, it } from 'vitest';
import { PorticoError } from '../../src/errors.ts';
import type { ResourceId } from '../../src/graph/resource.ts';
import { resourceName } from '../../src/model/resource-name.ts';
import { type Simulation, simulate, written } from './simulation.ts';

let world: Simulation;
afterEach(() => world.close());

const condition = async (name: string) =>
  (await world.service(name))?.status.conditions.find(({ type }) => type === 'portico.dev/Programmed');
const warnings = async (name: string) =>
  (await world.events()).filter((event) => event.involvedObject.name === name && event.type === 'Warning');
const ofService = (name: string): ResourceId[] =>
  [...world.cloud.records.keys()].filter((id) => id.includes(`-default-${name}-`)).toSorted();

async function setUp(): Promise<void> {
  world = simulate();
  await world.addNode('n1', 'zone-a');
}

// R: l4controller user error not retried
describe('a Service that asks for what cannot be', () => {
  it.each([
    [
      'a misspelt option',
      { 'portico.dev/shceme': 'internal' },
      {},
      'InvalidRequest',
      /did you mean portico\.dev\/scheme\?$/,
    ],
    [
      'a bad value',
      { 'portico.dev/health-check-interval': 'soon' },
      {},
      'InvalidRequest',
      /whole number from 1 to 300/,
    ],
    ['a bad CIDR', { 'portico.dev/source-ranges': '10.0.0.0/8, x' }, {}, 'InvalidRequest', /"x" is none/],
    // R: F.1 TestSyncLoadBalancerIfNeeded, SCTP; here it is refused instead of handed on.
    ['SCTP', {}, { ports: [{ port: 80, protocol: 'SCTP' }] }, 'Unsupported', /asks for SCTP/],
  ])('is told so once and not tried again: %s', async (_title, annotations, spec, reason, says) => {
    await setUp();
    const life = world.begin();
    await world.apply({ name: 'bad', annotations, spec });
    await world.apply({ name: 'good' });
    await world.address('good');
    await world.clock.advance(500_000);
    expect(ofService('bad')).toEqual([]);
    expect((await world.service('bad'))?.metadata.finalizers).toEqual([]);
    const said = await condition('bad');
    expect(said).toMatchObject({ status: 'False', reason });
    expect(said?.message).toMatch(says);
    expect(said?.message).toContain('Service default/bad');
    const told = await warnings('bad');
    expect(told.map((event) => [event.reason, event.count])).toEqual([['SyncLoadBalancerFailed', 1]]);
    expect(life.passes.filter(({ key, result }) => key === 'default/bad' && result !== 'unchanged')).toHaveLength(1);
    await world.remove('bad');
    await world.gone('bad');
  });

  // R: F.2 and F.5 mixed protocols; KEP-1435 says what becomes of each port.
  it('of one port gets the others served, and its status says which is not', async () => {
    await setUp();
    const life = world.begin();
    const ports = [
      { name: 'http', port: 80 },
      { name: 'sctp', port: 9, protocol: 'SCTP' },
    ];
    await world.apply({ name: 'web', spec: { ports } });
    const ip = await world.address('web');
    await world.clock.advance(5000);
    const shown = [
      {
        ip,
        ipMode: 'VIP',
        ports: [
          { port: 80, protocol: 'TCP' },
          { port: 9, protocol: 'SCTP', error: 'portico.dev/ProtocolNotSupported' },
        ],
      },
    ];
    expect((await world.service('web'))?.status.ingress).toEqual(shown);
    const said = await condition('web');
    expect(said).toMatchObject({ status: 'False', reason: 'Unsupported' });
    expect(said?.message).toMatch(/port 9 asks for SCTP.* The other ports are served\. Served by/);
    expect((await warnings('web')).map(({ count }) => count)).toEqual([1]);
    // Others write into it; nobody has to look for what we say.
    const others = [{ ip, ports: [{ port: 9, protocol: 'SCTP' }] }];
    await world.merge('web', { status: { loadBalancer: { ingress: others } } }, 'status');
    await world.clock.advance(5000);
    expect((await world.service('web'))?.status.ingress).toEqual(shown);
    expect((await warnings('web')).map(({ count }) => count)).toEqual([1]);
    life.calls.length = 0;
    await world.clock.advance(300_000);
    expect(written(life)).toEqual([]);
    await world.merge('web', { spec: { ports: [{ name: 'http', port: 80 }] } });
    await world.clock.advance(5000);
    expect((await world.service('web'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
    expect(await condition('web')).toMatchObject({ status: 'True' });
  });

  it('gets its balancer as soon as it is mended', async () => {
    await setUp();
    world.begin();
    await world.apply({ name: 'web', annotations: { 'portico.dev/scheme': 'inside' } });
    await world.clock.advance(1000);
    expect(await condition('web')).toMatchObject({ reason: 'InvalidRequest' });
    await world.merge('web', { metadata: { annotations: { 'portico.dev/scheme': 'internal' } } });
    expect(await world.address('web')).toMatch(/^10\.128\./);
    expect(await condition('web')).toMatchObject({ status: 'True' });
  });

  it('keeps the balancer it has', async () => {
    await setUp();
    const life = world.begin();
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    const held = ofService('web');
    await world.merge('web', { metadata: { annotations: { 'portico.dev/source-ranges': 'all' } } });
    await world.clock.advance(60_000);
    expect(ofService('web')).toEqual(held);
    expect((await world.service('web'))?.status.ingress).toEqual([{ ip, ipMode: 'VIP' }]);
    expect(await condition('web')).toMatchObject({ status: 'False', reason: 'InvalidRequest' });
    await life.stop();
    world.begin();
    await world.clock.advance(60_000);
    expect(ofService('web')).toEqual(held);
    await world.remove('web');
    await world.gone('web');
    expect(ofService('web')).toEqual([]);
  });
});

describe('something foreign under a name that is needed', () => {
  it('is reported, left alone, and the balancer is made when it is gone', async () => {
    await setUp();
    world.begin();
    await world.apply({ name: 'web', type: 'ClusterIP' });
    const uid = (await world.service('web'))?.metadata.uid ?? '';
    const owner = { kind: 'service', cluster: 'test', namespace: 'default', name: 'web', uid } as const;
    const id: ResourceId = `health-check/${resourceName('portico', owner)}`;
    const body = {
      protocol: 'tcp',
      port: 1,
      path: null,
      intervalSeconds: 5,
      timeoutSeconds: 5,
      healthyThreshold: 1,
      unhealthyThreshold: 1,
    };
    world.cloud.insert(id, body, 'made by hand');
    await world.merge('web', { spec: { type: 'LoadBalancer' } });
    await world.clock.advance(5000);
    expect(world.cloud.records.get(id)?.description).toBe('made by hand');
    expect(await condition('web')).toMatchObject({ status: 'False', reason: 'ForeignResource' });
    expect((await condition('web'))?.message).toContain(id);
    expect((await warnings('web')).map(({ reason }) => reason)).toEqual(['SyncLoadBalancerFailed']);
    world.cloud.remove(id);
    await world.address('web');
    expect(world.cloud.records.get(id)?.description).toContain(uid);
  });
});

it('a foreign firewall rule holds back that rule alone, and nobody is sent there until it is made', async () => {
  await setUp();
  world.begin();
  await world.apply({ name: 'web', type: 'ClusterIP' });
  const uid = (await world.service('web'))?.metadata.uid ?? '';
  const owner = { kind: 'service', cluster: 'test', namespace: 'default', name: 'web', uid } as const;
  const id: ResourceId = `firewall/${resourceName('portico', owner, 'ipv4')}`;
  world.cloud.insert(id, { destination: null, ports: 'all', sources: ['192.0.2.0/24'] }, 'made by hand');
  await world.merge('web', { spec: { type: 'LoadBalancer' } });
  await world.clock.advance(5000);
  const made = ofService('web').filter((each) => each !== id);
  expect(made.map((each) => each.split('/')[0])).toEqual([
    'address',
    'backend-service',
    'forwarding-rule',
    'health-check',
  ]);
  expect(await condition('web')).toMatchObject({ status: 'False', reason: 'ForeignResource' });
  expect((await world.service('web'))?.status.ingress).toEqual([]);
  world.cloud.remove(id);
  await world.address('web');
});

describe('writes of others at the same time', () => {
  it('are never lost: a patch that comes too late is made anew', async () => {
    await setUp();
    let meddled = 0;
    const life = world.begin({
      onCall: ({ name }) => {
        if (!name.startsWith('PATCH') || meddled >= 3) return;
        meddled += 1;
        void world.merge('web', {
          metadata: { finalizers: [`example.com/f${meddled}`], labels: { n: String(meddled) } },
        });
      },
    });
    await world.apply({ name: 'web' });
    await world.address('web');
    await world.clock.advance(5000);
    const web = await world.service('web');
    expect(web?.metadata.finalizers).toContain('example.com/f3');
    expect(web?.metadata.finalizers).toContain('service.kubernetes.io/load-balancer-cleanup');
    expect(life.passes.some(({ result }) => result === 'stale')).toBe(true);
    expect(await warnings('web')).toEqual([]);
  });
});

// R: l4netlbcontroller status on error and success
describe('a cloud that refuses', () => {
  // Otherwise what a failed try writes on the Service would bring the next one at once, for ever.
  it.each([
    ['the write of it is answered', false],
    ['the answer to the write of it gets lost', true],
  ])('in other words each time is not asked before its time, when %s', async (_title, loses) => {
    await setUp();
    let refusals = 0;
    const life = world.begin({
      onCall: ({ name }) => {
        if (!name.startsWith('insert backend-service/')) return;
        if ((refusals += 1) > 500) throw new Error('It is asked without end.');
        throw new PorticoError('quota', `no, for the ${refusals}. time`);
      },
      between: (honest) => ({
        request: async (asked) => {
          const answer = await honest.request(asked);
          if (!loses || asked.method !== 'PATCH' || !asked.path.endsWith('/status')) return answer;
          throw new PorticoError('unreachable', 'The connection broke.');
        },
        close: () => honest.close(),
      }),
    });
    await world.apply({ name: 'web' });
    await world.clock.advance(600_000);
    // In ten minutes: after 1, 2 and 4 of them at the latest; and where it may have been somebody else, each half minute.
    const most = loses ? 24 : 4;
    expect(refusals).toBeGreaterThan(2);
    expect(refusals).toBeLessThanOrEqual(most);
    expect((await condition('web'))?.message).toBe(`no, for the ${refusals}. time`);
    const waits = life.passes.filter(({ key, retryInMs }) => key === 'default/web' && retryInMs !== null);
    expect(waits.length).toBeLessThanOrEqual(most + 1);
  });

  it('is asked again soon when somebody else writes over what was said of it', async () => {
    await setUp();
    world.begin({
      onCall: ({ name }) => {
        if (name.startsWith('insert backend-service/')) throw new PorticoError('quota', 'no');
      },
    });
    await world.apply({ name: 'web' });
    await world.clock.advance(500_000);
    expect(await condition('web')).toMatchObject({ message: 'no' });
    await world.merge('web', { status: { conditions: [] } }, 'status');
    await world.clock.advance(31_000);
    expect(await condition('web')).toMatchObject({ message: 'no' });
  });

  it.each(['throttled', 'quota', 'transient', 'denied'] as const)(
    'with %s is asked again, and says why meanwhile',
    async (code) => {
      await setUp();
      let refusals = 0;
      const life = world.begin({
        onCall: ({ name }) => {
          if (name.startsWith('insert backend-service/') && refusals < 3) {
            refusals += 1;
            throw new PorticoError(code, `no: ${code}`, code === 'throttled' ? { retryAfterMs: 7000 } : {});
          }
        },
      });
      await world.apply({ name: 'web' });
      await world.clock.advance(500);
      expect(await condition('web')).toMatchObject({ status: 'False', message: `no: ${code}` });
      await world.address('web');
      expect(refusals).toBe(3);
      expect(await condition('web')).toMatchObject({ status: 'True' });
      // R: F.1 TestServiceQueueDelay
      const waits = life.passes.flatMap(({ key, retryInMs }) =>
        key === 'default/web' && retryInMs !== null ? [retryInMs] : [],
      );
      if (code === 'throttled') expect(waits).toEqual([7000, 7000, 7000]);
      else {
        const first = code === 'transient' ? 1000 : 60_000;
        for (const [index, wait] of waits.entries()) {
          expect(wait).toBeGreaterThanOrEqual((first * 2 ** index) / 2);
          expect(wait).toBeLessThanOrEqual(first * 2 ** index);
        }
      }
      // A retry that fails as before writes nothing to the Service but the count of the Event.
      const patches = written(life).filter((name) => name.startsWith('PATCH') && name.endsWith('/services/web/status'));
      expect(patches).toHaveLength(3);
    },
  );

  it('the shared graph: Services wait for what they need of it, and go on when it is there', async () => {
    await setUp();
    let refusals = 0;
    world.begin({
      onCall: ({ name }) => {
        if (name.startsWith('insert instance-group/') && refusals < 4) {
          refusals += 1;
          throw new PorticoError('transient', 'no group');
        }
      },
    });
    await world.apply({ name: 'web' });
    await world.clock.advance(300);
    // All but what stands on the group is there already.
    expect(ofService('web').map((id) => id.split('/')[0])).toEqual(['address', 'firewall', 'health-check']);
    await world.address('web');
    expect(refusals).toBe(4);
  });
});

describe('an address is not given up for what the Service asks no more', () => {
  /** An edit that is undone before the first write of the pass that it began, while the watch tells neither. */
  async function undone(edit: object, undo: object): Promise<readonly string[]> {
    await setUp();
    let due = false;
    const undoing: Promise<unknown>[] = [];
    const life = world.begin({
      onCall: ({ to, writes }) => {
        if (!due || !writes || to !== 'kube') return;
        due = false;
        undoing.push(world.merge('web', undo));
      },
    });
    await world.apply({ name: 'web' });
    const ip = await world.address('web');
    await world.clock.advance(2000);
    const before = written(life).length;
    due = true;
    await world.merge('web', edit);
    await world.clock.advance(60_000);
    expect(undoing).toHaveLength(1);
    await Promise.all(undoing);
    expect((await world.service('web'))?.status.ingress[0]?.ip).toBe(ip);
    return written(life)
      .slice(before)
      .filter((name) => name.startsWith('remove address/') && !name.includes('internal'));
  }
  const scheme = (value: string | null) => ({ metadata: { annotations: { 'portico.dev/scheme': value } } });

  it.each([
    ['another scheme', scheme('internal'), scheme(null)],
    ['another type', { spec: { type: 'ClusterIP' } }, { spec: { type: 'LoadBalancer' } }],
  ])('%s', async (_title, edit, undo) => {
    expect(await undone(edit, undo)).toEqual([]);
  });
});
