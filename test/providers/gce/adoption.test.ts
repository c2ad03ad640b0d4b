import { describe, expect, it } from 'vitest';
import { pass } from '../../../providers/conformance/index.ts';
import { restrain } from '../../../src/controller/restraint.ts';
import { plan } from '../../../src/graph/plan.ts';
import { renderPlan } from '../../../src/graph/render.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { ask, type Json, must, project, region, resourcesOf } from './others.ts';
import { cluster, ports, reach, serviceOwner, wish } from './scene.ts';
import { stage } from './stage.ts';
import { type GceWorld, gceWorld } from './world.ts';

const { open, world, provider, own, the, pathOf } = stage();
const live = (): AbortSignal => new AbortController().signal;
const rules = `regions/${region}/forwardingRules`;
const addresses = `regions/${region}/addresses`;
const given = { labels: { 'portico-adopt': 'uid-web' } };
const adopting = (changes: Partial<LoadBalancerIntent> = {}): LoadBalancerIntent =>
  wish({ ...changes, options: { adopt: 'a1', ...changes.options } });

/** What the in-tree controller makes for a Service: a target pool, and a rule with an address that nobody reserved. Gives the IP. */
async function inTree({ cloud }: Pick<GceWorld, 'cloud'>, rule: Json = {}): Promise<string> {
  const check = { name: 'node', port: 10_256, requestPath: '/healthz' };
  await must(cloud, 'POST', 'global/httpHealthChecks', check);
  const healthChecks = [`projects/${project}/global/httpHealthChecks/node`];
  await must(cloud, 'POST', `regions/${region}/targetPools`, { name: 'a1', healthChecks });
  const target = `projects/${project}/regions/${region}/targetPools/a1`;
  await must(cloud, 'POST', rules, { name: 'a1', IPProtocol: 'TCP', portRange: '80', target, ...rule });
  return String(resourcesOf(cloud)[`${rules}/a1`]?.['IPAddress']);
}

const label = async ({ cloud }: Pick<GceWorld, 'cloud'>, uid: string): Promise<void> => {
  const { labelFingerprint } = JSON.parse((await ask(cloud, 'GET', `${rules}/a1`)).body) as Json;
  await must(cloud, 'POST', `${rules}/a1/setLabels`, { labels: { 'portico-adopt': uid }, labelFingerprint });
};
const refusalOf = (intent: LoadBalancerIntent): Promise<unknown> =>
  pass(provider(), serviceOwner(), intent, { signal: live(), width: 8 }).then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );

describe('a balancer that another controller made', () => {
  it('is taken over with its address when its rule is given to the Service, and what stood behind it is left', async () => {
    await open();
    const ip = await inTree(world(), given);
    const { ingress, passes, notices } = await reach(provider(), serviceOwner(), adopting());
    expect(ingress).toEqual([{ ip }]);
    expect(the('addresses')).toMatchObject({ address: ip });
    expect(the('forwardingRules')).toMatchObject({ IPAddress: ip });
    const left = Object.keys(resourcesOf(world().cloud));
    expect(left).not.toContain(`${rules}/a1`);
    expect(left).toEqual(expect.arrayContaining([`regions/${region}/targetPools/a1`, 'global/httpHealthChecks/node']));
    expect(notices.map(({ reason }) => reason)).toEqual(['AdoptedLoadBalancer']);
    expect(notices[0]?.message).toContain(`takes over ${ip} from the forwarding rule a1, which is gone`);
    expect(notices[0]?.message).toContain('targetPools/a1');
    const first = passes[0]?.plan ?? { steps: [] };
    const [goes] = first.steps.filter(({ op }) => op === 'delete');
    expect(goes).toMatchObject({ resource: { kind: 'forwarding-rule' }, risk: 'traffic' });
    expect(first.steps.map(({ risk }) => risk)).not.toContain('address');
    expect(renderPlan(first)).toMatch(/adopted: +"a1"/);
    // It is over: nothing more is asked about the old rule, and nothing is to do.
    world().cloud.calls.reset();
    const again = await reach(provider(), serviceOwner(), adopting());
    expect(again.passes[0]?.plan.steps).toEqual([]);
    expect(world().cloud.calls.counts()).toMatchObject({ mutations: 0, reads: 0 });
    const fresh = await reach(world().provider(), serviceOwner(), adopting());
    expect(fresh.passes[0]?.plan.steps).toEqual([]);
    await reach(provider(), serviceOwner(), null);
    expect([...own('addresses'), ...own('forwardingRules')]).toEqual([]);
  });

  it.each([
    ['no label', {}],
    ['the label with the UID of another Service', { labels: { 'portico-adopt': 'uid-shop' } }],
  ])('with %s is left alone: nothing is begun, and the command that gives it is told', async (_what, rule) => {
    await open();
    await inTree(world(), rule);
    const before = await world().snapshot();
    const error = await refusalOf(adopting());
    expect(error).toMatchObject({ code: 'invalid', retryAfterMs: 60_000 });
    expect(String(error)).toContain(
      `gcloud compute forwarding-rules update a1 --project ${project} --region ${region} --update-labels portico-adopt=uid-web`,
    );
    expect(await world().snapshot()).toEqual(before);
    await label(world(), 'uid-web');
    await reach(provider(), serviceOwner(), adopting());
  });

  it.each([
    ['a name that no rule has', { options: { adopt: 'a2' } }, {}, /There is no forwarding rule a2/],
    ['another scheme', { scheme: 'internal' }, given, /is EXTERNAL with .*, and the Service asks for internal ipv4/],
    [
      'another address',
      { address: { kind: 'ip', ip: '192.0.2.7' } },
      given,
      /has .*, and the Service asks for 192\.0\.2\.7/,
    ],
  ] as const)('is refused with %s, before anything is made', async (_what, changes, rule, message) => {
    await open();
    await inTree(world(), rule);
    const before = await world().snapshot();
    const error = await refusalOf(adopting(changes));
    expect(error).toMatchObject({ code: 'invalid' });
    expect(String(error)).toMatch(message);
    expect(await world().snapshot()).toEqual(before);
  });

  it('whose address somebody reserved is taken over together with that address, which stays a person’s', async () => {
    await open();
    await must(world().cloud, 'POST', addresses, { name: 'front' });
    const ip = String(resourcesOf(world().cloud)[`${addresses}/front`]?.['address']);
    await inTree(world(), { ...given, IPAddress: ip });
    const before = await world().snapshot();
    expect(String(await refusalOf(adopting()))).toMatch(
      /reserved as front: name it as well, with portico.dev\/static-address: front/,
    );
    expect(await world().snapshot()).toEqual(before);
    const { ingress } = await reach(provider(), serviceOwner(), adopting({ address: { kind: 'name', name: 'front' } }));
    expect(ingress).toEqual([{ ip }]);
    expect(own('addresses')).toEqual([]);
    await reach(provider(), serviceOwner(), null);
    expect(resourcesOf(world().cloud)[`${addresses}/front`]).toBeDefined();
  });

  it('that asked for its address by IP keeps it', async () => {
    await open();
    const ip = await inTree(world(), given);
    const { ingress } = await reach(provider(), serviceOwner(), adopting({ address: { kind: 'ip', ip } }));
    expect(ingress).toEqual([{ ip }]);
    expect(the('addresses')).toMatchObject({ address: ip });
  });

  it('is taken over when it is internal, made by hand with a backend service, which is left', async () => {
    await open();
    const { cloud } = world();
    await must(cloud, 'POST', `regions/${region}/healthChecks`, {
      name: 'h',
      type: 'TCP',
      tcpHealthCheck: { port: 7 },
    });
    await must(cloud, 'POST', `regions/${region}/backendServices`, {
      name: 'b1',
      loadBalancingScheme: 'INTERNAL',
      protocol: 'TCP',
      healthChecks: [`projects/${project}/regions/${region}/healthChecks/h`],
    });
    await must(cloud, 'POST', rules, {
      name: 'a1',
      loadBalancingScheme: 'INTERNAL',
      IPProtocol: 'TCP',
      ports: ['80'],
      network: 'global/networks/default',
      subnetwork: `regions/${region}/subnetworks/default`,
      backendService: `projects/${project}/regions/${region}/backendServices/b1`,
      ...given,
    });
    const ip = resourcesOf(cloud)[`${rules}/a1`]?.['IPAddress'];
    const { ingress, notices } = await reach(provider(), serviceOwner(), adopting({ scheme: 'internal' }));
    expect(ingress).toEqual([{ ip }]);
    expect(the('addresses')).toMatchObject({ address: ip, addressType: 'INTERNAL' });
    expect(notices[0]?.message).toContain('backendServices/b1');
    expect(resourcesOf(cloud)[`regions/${region}/backendServices/b1`]).toBeDefined();
  });

  it('of one IP family is taken over for a Service of two, which gets the other anew', async () => {
    await open();
    const ip = await inTree(world(), given);
    const { ingress } = await reach(provider(), serviceOwner(), adopting({ families: ['ipv4', 'ipv6'] }));
    expect(ingress).toHaveLength(2);
    expect(ingress).toContainEqual({ ip });
  });

  it('is not taken over for a Service that has a balancer', async () => {
    await open();
    const { ingress } = await reach(provider(), serviceOwner(), wish());
    await inTree(world(), given);
    const after = await reach(provider(), serviceOwner(), adopting());
    expect(after.ingress).toEqual(ingress);
    expect(after.passes[0]?.plan.steps).toEqual([]);
    // Nor when the Service has an address, and lost its rule.
    await must(world().cloud, 'DELETE', `${rules}/${String(the('forwardingRules')['name'])}`, {});
    expect((await reach(world().provider(), serviceOwner(), adopting())).ingress).toEqual(ingress);
    expect(resourcesOf(world().cloud)[`${rules}/a1`]).toBeDefined();
  });

  it('of another Service of Portico’s is never taken over, whatever its labels say', async () => {
    await open();
    const other = serviceOwner('other');
    await reach(provider(), other, wish({ owner: other, options: { 'resource-labels': given.labels } }));
    const rule = Object.keys(resourcesOf(world().cloud)).find((key) => key.includes('forwardingRules/'));
    const name = String(rule).split('/').at(-1);
    expect(String(await refusalOf(adopting({ options: { adopt: String(name) } })))).toMatch(
      /belongs to Service shop\/other/,
    );
  });

  it('whose label is taken away at the last moment stays', async () => {
    await open();
    const ip = await inTree(world(), given);
    const late = provider();
    const taking: typeof late = {
      ...late,
      execute: async (step, owner, signal) => {
        if (step.op === 'delete') await label(world(), 'nobody');
        return late.execute(step, owner, signal);
      },
    };
    const stopped = pass(taking, serviceOwner(), adopting(), { signal: live(), width: 8 });
    await expect(stopped).rejects.toMatchObject({ code: 'invalid' });
    expect(resourcesOf(world().cloud)[`${rules}/a1`]).toMatchObject({ IPAddress: ip });
  });

  it('keeps its address through a crash at every call, and ends as if there had been none', async () => {
    let survived = false;
    let call = 0;
    for (; !survived; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const here = await gceWorld();
        const ip = await inTree(here, given);
        await cluster(here, here.provider());
        let calls = 0;
        here.intercept(() => {
          calls += 1;
          return calls > call ? { when: calls === call + 1 ? when : 'before', code: 'unreachable' } : undefined;
        });
        const options = { signal: live(), width: 8 };
        await pass(here.provider(), serviceOwner(), adopting(), options).catch(() => undefined);
        survived = calls <= call;
        here.intercept(undefined);
        const next = here.provider();
        for (let more = 0; more < 3; more += 1) await pass(next, serviceOwner(), adopting(), options);
        const end = await pass(next, serviceOwner(), adopting(), options);
        expect([call, when, end.plan.steps, end.after.ingress]).toEqual([call, when, [], [{ ip }]]);
        const names = Object.keys(resourcesOf(here.cloud)).filter((key) => key.includes('/forwardingRules/'));
        expect(names).toHaveLength(1);
        expect(names).not.toContain(`${rules}/a1`);
        await here.close();
      }
    }
    expect(call).toBeGreaterThan(15);
  });

  it('whose address somebody reserved is refused when the Service names another family’s address only', async () => {
    await open();
    const { cloud } = world();
    await must(cloud, 'POST', addresses, { name: 'front' });
    const ip = String(resourcesOf(cloud)[`${addresses}/front`]?.['address']);
    await inTree(world(), { ...given, IPAddress: ip });
    const subnetwork = `regions/${region}/subnetworks/default`;
    await must(cloud, 'POST', addresses, { name: 'six', ipVersion: 'IPV6', ipv6EndpointType: 'NETLB', subnetwork });
    const six = String(resourcesOf(cloud)[`${addresses}/six`]?.['address']);
    expect(await refusalOf(adopting({ families: ['ipv4', 'ipv6'], address: { kind: 'ip', ip: six } }))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('name it as well, with portico.dev/static-address: front') as unknown,
    });
    expect(resourcesOf(cloud)[`${rules}/a1`]).toBeDefined();
  });

  it('stays while another Service of Portico’s uses its address too', async () => {
    await open({ latencyMs: 2000 });
    const { cloud, clock } = world();
    await must(cloud, 'POST', addresses, { name: 'front' });
    const ip = String(resourcesOf(cloud)[`${addresses}/front`]?.['address']);
    const address = { kind: 'name', name: 'front' } as const;
    const api = serviceOwner('api');
    await reach(provider(), api, wish({ owner: api, address, listeners: ports('tcp', 443) }));
    await clock.sleep(5000, live());
    await inTree(world(), { ...given, IPAddress: ip });
    const [gce, intent] = [provider(), adopting({ address })];
    const seen = await gce.observe(serviceOwner(), gce.desired(intent, nothingSticky).keys(), live());
    const { steps } = plan(gce.desired(intent, seen.sticky), seen.graph, gce.policies);
    const restrained = restrain({ steps }, seen, 'web', { agreed: true, policy: 'sync' });
    expect(restrained.plan.steps.filter(({ op }) => op === 'delete')).toEqual([]);
    expect(restrained.error?.code).toBe('conflict');
  });

  it.each(['reserve', 'hold'])(
    'lost its rule and its backend service after it was taken over: both are made again (%s)',
    async (keep) => {
      await open();
      const ip = await inTree(world(), given);
      const asked = adopting({ options: { 'address-policy': keep } });
      await reach(provider(), serviceOwner(), adopting());
      for (const each of [pathOf('forwardingRules'), pathOf('backendServices')])
        await must(world().cloud, 'DELETE', each, {});
      const { ingress } = await reach(world().provider(), serviceOwner(), asked);
      expect(ingress).toEqual([{ ip }]);
    },
  );

  describe('given up between the reservation of its address and the rule that takes its place', () => {
    /** The address is reserved, and the rule stays. Gives the IP. */
    async function halfWay(): Promise<string> {
      await open();
      const ip = await inTree(world(), given);
      await world().clock.sleep(1000, live());
      await cut(adopting());
      expect(the('addresses')).toMatchObject({ address: ip });
      expect(resourcesOf(world().cloud)[`${rules}/a1`]).toMatchObject({ IPAddress: ip });
      return ip;
    }
    /** One pass that ends when a rule is to be deleted, since it is given no more. */
    async function cut(intent: LoadBalancerIntent): Promise<void> {
      const late = world().provider();
      const taking: typeof late = {
        ...late,
        execute: async (step, ...rest) => {
          if (step.op === 'delete') await label(world(), 'nobody');
          return late.execute(step, ...rest);
        },
      };
      await pass(taking, serviceOwner(), intent, { signal: live(), width: 8 }).catch(() => undefined);
    }

    it.each(['reserve', 'hold'])(
      'the Service gets an address of its own, and the rule keeps the old one (%s)',
      async (keep) => {
        const ip = await halfWay();
        const fresh = world().provider();
        for (const at of [fresh, fresh, world().provider()]) {
          const { ingress } = await reach(at, serviceOwner(), wish({ options: { 'address-policy': keep } }));
          expect(ingress).toEqual([{ ip: the('forwardingRules')['IPAddress'] }]);
          expect(ingress).not.toEqual([{ ip }]);
          expect(own('addresses')).toHaveLength(keep === 'hold' ? 0 : 1);
        }
        expect(resourcesOf(world().cloud)[`${rules}/a1`]).toMatchObject({ IPAddress: ip });
        await reach(world().provider(), serviceOwner(), null);
        expect(own('addresses')).toEqual([]);
      },
    );

    it('for another rule: that one is taken over, and the first keeps its address', async () => {
      const ip = await halfWay();
      const target = `projects/${project}/regions/${region}/targetPools/a1`;
      await must(world().cloud, 'POST', rules, { name: 'a2', IPProtocol: 'TCP', portRange: '80', target, ...given });
      const second = String(resourcesOf(world().cloud)[`${rules}/a2`]?.['IPAddress']);
      const { ingress } = await reach(world().provider(), serviceOwner(), adopting({ options: { adopt: 'a2' } }));
      expect(ingress).toEqual([{ ip: second }]);
      expect(own('addresses')).toMatchObject([{ address: second }]);
      expect(resourcesOf(world().cloud)[`${rules}/a1`]).toMatchObject({ IPAddress: ip });
    });

    it('a reservation that another rule took from the Service is never given up', async () => {
      await open();
      await reach(provider(), serviceOwner(), wish());
      const ip = the('addresses')['address'];
      await must(world().cloud, 'DELETE', pathOf('forwardingRules'), {});
      await world().clock.sleep(1000, live());
      await inTree(world(), { IPAddress: ip });
      await pass(world().provider(), serviceOwner(), wish(), { signal: live(), width: 8 }).catch(() => undefined);
      expect(the('addresses')).toMatchObject({ address: ip });
    });
  });
});
