import { describe, expect, it } from 'vitest';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { ports, reach, wish } from './scene.ts';
import { stage } from './stage.ts';
import { ask, resourcesOf, type Json } from './others.ts';

/** Cases of the Go provider's tests about firewall rules, adapted: docs/reference/replays-gce.md. */
const { open, world, provider, own, the, pathOf } = stage();

describe('replay TestFirewallNeedsUpdate', () => {
  it.each<{ title: string; patch: Json }>([
    { title: 'protocol', patch: { allowed: [{ IPProtocol: 'udp', ports: ['80'] }] } },
    { title: 'ports', patch: { allowed: [{ IPProtocol: 'tcp', ports: ['80', '22'] }] } },
    { title: 'sources', patch: { sourceRanges: ['10.0.0.0/8'] } },
    { title: 'tags as sources', patch: { sourceTags: ['evil'] } },
    { title: 'destination', patch: { destinationRanges: ['198.18.0.0/15'] } },
    { title: 'target tags', patch: { targetTags: ['only-these'] } },
    { title: 'priority', patch: { priority: 1 } },
    { title: 'disabled', patch: { disabled: true } },
  ])('$title changed by hand is set right', async ({ patch }) => {
    await open();
    await reach(provider(), wish().owner, wish());
    const before = await world().snapshot();
    expect((await ask(world().cloud, 'PATCH', pathOf('firewalls'), patch)).status).toBe(200);
    provider().refresh();
    const { passes } = await reach(provider(), wish().owner, wish());
    expect(passes[0]?.plan.steps.map(({ id }) => id.split('/')[0])).toEqual(['update firewall']);
    expect(await world().snapshot()).toEqual(before);
  });

  it('enumerated ports equal ranges: nothing is done', async () => {
    await open();
    const range = wish({ listeners: ports('tcp', 80, 81, 82) });
    await reach(provider(), range.owner, range);
    const allowed = [
      { IPProtocol: 'TCP', ports: ['82', '81'] },
      { IPProtocol: 'tcp', ports: ['80'] },
    ];
    expect((await ask(world().cloud, 'PATCH', pathOf('firewalls'), { allowed })).status).toBe(200);
    provider().refresh();
    const { passes } = await reach(provider(), range.owner, range);
    expect(passes[0]?.plan.steps).toEqual([]);
  });
});

describe('replay TestCreateAndUpdateFirewallSucceedsOnXPN, TestEnsureExternalLoadBalancerDeletedSucceedsOnXPN', () => {
  it('each change is told once as a command, counts as done, and the Service is served', async () => {
    await open({ hostProject: 'host' });
    const made = await reach(provider(), wish().owner, wish());
    const [first] = made.ingress;
    const ip = first && 'ip' in first ? first.ip : '';
    expect(made.notices).toMatchObject([{ reason: 'LoadBalancerManualChange' }]);
    expect(made.notices[0]?.message).toMatch(
      new RegExp(
        `\`gcloud compute firewall-rules create portico-test-\\S+-ipv4 --network default --description '\\{.*\\}' ` +
          `--allow tcp:80 --source-ranges 0\\.0\\.0\\.0/0 --destination-ranges ${ip.replaceAll('.', '\\.')}/32 ` +
          '--priority 1000 --direction INGRESS --project host`$',
      ),
    );
    const changed = await reach(provider(), wish().owner, wish({ sourceRanges: { ipv4: ['10.0.0.0/8'], ipv6: [] } }));
    expect(changed.notices[0]?.message).toContain('firewall-rules update');
    const same = await reach(provider(), wish().owner, wish({ sourceRanges: { ipv4: ['10.0.0.0/8'], ipv6: [] } }));
    expect(same.notices).toEqual([]);
    const gone = await reach(provider(), wish().owner, null);
    expect(gone.notices[0]?.message).toMatch(/firewall-rules delete \S+ --project host`$/);
  });
});

describe('replay gce_util_test: the command says what the rule would be', () => {
  it.each<{ title: string; to: Partial<LoadBalancerIntent>; tags: readonly string[]; says: string }>([
    { title: 'one port', to: {}, tags: [], says: '--allow tcp:80 --source-ranges 0.0.0.0/0' },
    { title: 'a range', to: { listeners: ports('tcp', 80, 81, 82) }, tags: [], says: '--allow tcp:80-82' },
    {
      title: 'both protocols',
      to: { listeners: [...ports('tcp', 53), ...ports('udp', 53)] },
      tags: [],
      says: '--allow tcp:53,udp:53',
    },
    {
      title: 'sorted sources',
      to: { sourceRanges: { ipv4: ['192.0.2.0/24', '10.0.0.0/8'], ipv6: [] } },
      tags: [],
      says: '--source-ranges 10.0.0.0/8,192.0.2.0/24',
    },
    { title: 'target tags', to: {}, tags: ['b', 'a'], says: '--target-tags a,b' },
  ])('$title', async ({ to, tags, says }) => {
    await open({ hostProject: 'host', settings: { nodeTags: tags } });
    const { notices } = await reach(provider(), wish().owner, wish(to));
    expect(notices.map(({ message }) => message).join()).toContain(says);
  });

  it('every field of a firewall rule that we set is in the command, or fixed', async () => {
    await open({ settings: { nodeTags: ['node'] } });
    await reach(provider(), wish().owner, wish());
    const [, sent] =
      Object.entries(resourcesOf(world().cloud)).find(([, body]) => body['name'] === the('firewalls')['name']) ?? [];
    const told = [
      'name',
      'description',
      'network',
      'allowed',
      'sourceRanges',
      'destinationRanges',
      'targetTags',
      'priority',
      'direction',
    ];
    const byCloud = ['kind', 'id', 'creationTimestamp', 'selfLink', 'disabled', 'logConfig'];
    expect(Object.keys(sent ?? {}).filter((field) => !told.includes(field) && !byCloud.includes(field))).toEqual([]);
  });
});

describe('sources', () => {
  it('an empty list admits nobody: there is no rule, not one for everybody', async () => {
    await open();
    const nobody = wish({ families: ['ipv4', 'ipv6'], sourceRanges: { ipv4: [], ipv6: ['2001:db8::/32'] } });
    const { ingress } = await reach(provider(), nobody.owner, nobody);
    expect(ingress).toHaveLength(2);
    expect(own('firewalls').map((rule) => rule['sourceRanges'])).toEqual([['2001:db8::/32']]);
  });

  it('more than 5000 are refused before anything is made', async () => {
    await open();
    const many = Array.from({ length: 5001 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
    expect(() =>
      provider().desired(wish({ sourceRanges: { ipv4: many, ipv6: [] } }), { addresses: [], zones: [] }),
    ).toThrow(/5000/);
  });
});

it('with the management of firewalls off none is made, and the balancer is served', async () => {
  await open({ settings: { manageFirewalls: false } });
  expect((await reach(provider(), wish().owner, wish())).ingress).toHaveLength(1);
  expect(Object.keys(resourcesOf(world().cloud)).filter((key) => key.includes('/firewalls/'))).toEqual([]);
});

it('probes may come from the cloud to the nodes, to no particular address, and only to the ports of health checks', async () => {
  await open({ settings: { nodeTags: ['node'] } });
  const rules = world()
    .cloud.view.firewalls()
    .filter(({ name }) => name.includes('-health-'));
  expect(
    rules.map(({ destinationRanges, targetTags, allowed }) => ({ destinationRanges, targetTags, allowed })),
  ).toEqual(
    Array.from({ length: 2 }, () => ({
      destinationRanges: undefined,
      targetTags: ['node'],
      allowed: [{ IPProtocol: 'tcp', ports: ['10256', '30000-32767'] }],
    })),
  );
});

describe('nodePorts on request', () => {
  const asked = wish({ balancer: 'none', listeners: [{ name: 'http', protocol: 'tcp', port: 80, nodePort: 30_123 }] });
  const wanted = { ...asked, options: { 'node-port-firewall': true } };

  it('a NodePort Service gets the rule that people make by hand, and nothing else', async () => {
    await open();
    const before = await world().snapshot();
    const { ingress, graph } = await reach(provider(), wanted.owner, wanted);
    expect(ingress).toEqual([]);
    expect(graph.size).toBe(1);
    expect(the('firewalls')).toMatchObject({
      allowed: [{ IPProtocol: 'tcp', ports: ['30123'] }],
      sourceRanges: ['0.0.0.0/0'],
    });
    await reach(provider(), asked.owner, asked);
    expect(await world().snapshot()).toEqual(before);
  });

  it('without rights the command is told', async () => {
    await open({ hostProject: 'host' });
    const { notices } = await reach(provider(), wanted.owner, wanted);
    expect(notices[0]?.message).toMatch(/firewall-rules create \S+-nodes-ipv4 .*--allow tcp:30123 /);
  });

  it('a balancer may have it too', async () => {
    await open();
    const both = wish({ options: wanted.options });
    await reach(provider(), both.owner, both);
    expect(own('firewalls')).toHaveLength(2);
  });
});
