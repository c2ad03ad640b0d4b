import { describe, expect, it } from 'vitest';
import { desiredCluster } from '../../../providers/gce/cluster.ts';
import { defaultProbeRanges, gceConfig } from '../../../providers/gce/config.ts';
import { desiredService } from '../../../providers/gce/desired.ts';
import { subsetByZone, subsetSize } from '../../../providers/gce/subset.ts';
import { sharedRefsOf } from '../../../src/graph/resource.ts';
import type { NodeTarget } from '../../../src/model/intent.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { clusterOwner, ports, proxyProbe, wish } from './scene.ts';
import { project, region } from './others.ts';

const config = gceConfig({ project, region });
const kinds = (intent = wish()): string[] =>
  [...desiredService(config, intent, nothingSticky).values()].map(({ kind }) => kind).toSorted();

const node = (index: number, zone: string): NodeTarget => ({
  name: `n${index}`,
  zone,
  providerId: `gce://${project}/${zone}/n${index}`,
});

describe('the graph of a Service', () => {
  it('has five resources', () => {
    expect(kinds()).toEqual(['address', 'backend-service', 'firewall', 'forwarding-rule', 'health-check']);
  });

  it('uses the shared health check where that asks the same, tuning included', () => {
    const shared = desiredService(config, wish({ health: proxyProbe }), nothingSticky);
    const cluster = desiredCluster(config, { owner: clusterOwner, active: true, nodes: [] }, nothingSticky);
    const refs = [...shared.values()]
      .flatMap(({ spec }) => sharedRefsOf(spec))
      .filter((id) => id.startsWith('health-check/'));
    expect(refs).toHaveLength(1);
    expect(refs.every((id) => cluster.has(id))).toBe(true);
    expect(kinds(wish({ health: { ...proxyProbe, intervalSeconds: 9 } }))).toContain('health-check');
  });

  it('gives an affinity of any length to internal balancers as the cloud can keep it', () => {
    const seconds = (scheme: 'external' | 'internal', timeoutSeconds: number): unknown => {
      const affinity = { kind: 'client-ip', timeoutSeconds } as const;
      const graph = desiredService(config, wish({ scheme, affinity }), nothingSticky);
      const backend = [...graph.values()].find(({ kind }) => kind === 'backend-service');
      return (backend?.spec as { affinitySeconds: unknown } | undefined)?.affinitySeconds;
    };
    expect([seconds('internal', 1), seconds('internal', 10_800), seconds('internal', 86_400)]).toEqual([
      600, 10_800, 57_600,
    ]);
    expect(seconds('external', 10_800)).toBeNull();
  });

  it.each([
    { title: 'no ports', intent: wish({ listeners: [] }), code: 'invalid' },
    { title: 'no families', intent: wish({ families: [] }), code: 'invalid' },
    {
      title: 'an IP of a family that is not asked for',
      intent: wish({ address: { kind: 'ip', ip: '2001:db8::1' } }),
      code: 'invalid',
    },
    {
      title: 'IPv6 in the Standard tier',
      intent: wish({ families: ['ipv6'], options: { 'network-tier': 'standard' } }),
      code: 'unsupported',
    },
    { title: 'weights with Cluster', intent: wish({ options: { weights: 'pods-per-node' } }), code: 'unsupported' },
  ])('$title is refused, with the Service in the message', ({ intent, code }) => {
    expect(() => desiredService(config, intent, nothingSticky)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('Service shop/web') as string }) as Error,
    );
  });

  it('a family that is switched off is refused', () => {
    const single = gceConfig({ project, region, families: ['ipv4'] });
    expect(() => desiredService(single, wish({ families: ['ipv6'] }), nothingSticky)).toThrow(/ipv6/);
  });

  it('mixed protocols have one rule for all ports and a firewall for just theirs', () => {
    const graph = desiredService(
      config,
      wish({ listeners: [...ports('tcp', 80), ...ports('udp', 53)] }),
      nothingSticky,
    );
    const specs = Object.fromEntries([...graph.values()].map(({ kind, spec }) => [kind, spec]));
    expect(specs['forwarding-rule']).toMatchObject({ protocol: 'L3_DEFAULT', ports: 'all' });
    expect(specs['firewall']).toMatchObject({ allowed: ['tcp:80', 'udp:53'] });
    expect(specs['backend-service']).toMatchObject({ protocol: 'UNSPECIFIED' });
  });
});

describe('the shared graph', () => {
  const nodes = [node(1, 'us-central1-a'), node(2, 'us-central1-b')];

  it('leaves out machines of other clouds and projects', () => {
    const strangers = [
      { ...nodes[0], name: 'x', providerId: 'aws:///eu-west-1a/i-0', zone: 'a' },
      { ...nodes[0], name: 'y', providerId: 'gce://elsewhere/us-central1-c/y', zone: 'us-central1-c' },
      { ...nodes[0], name: 'z', providerId: '', zone: '' },
    ];
    const graph = desiredCluster(
      config,
      { owner: clusterOwner, active: true, nodes: [...nodes, ...strangers] },
      nothingSticky,
    );
    const groups = [...graph.values()].filter(({ kind }) => kind === 'instance-group').map(({ spec }) => spec);
    expect(groups).toEqual([
      { zone: 'us-central1-a', members: ['n1'] },
      { zone: 'us-central1-b', members: ['n2'] },
    ]);
  });
});

describe('subsets of nodes', () => {
  const zonesOf = ['us-central1-a', 'us-central1-b', 'us-central1-c'];
  const many = Array.from({ length: 600 }, (_, index) => node(index, zonesOf[index % 3] ?? ''));

  it.each([
    ['internal', 'cluster', 25],
    ['internal', 'local', 250],
    ['external', 'cluster', 250],
    ['external', 'local', 600],
  ] as const)('%s %s takes %i of 600, evenly', (scheme, trafficPolicy, count) => {
    const subset = subsetByZone(wish({ scheme, trafficPolicy, nodes: many }));
    const sizes = [...subset.values()].map((names) => names.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('a node that goes is replaced by one other, and nobody else moves', () => {
    const intent = wish({ scheme: 'internal', nodes: many });
    const before = new Set([...subsetByZone(intent).values()].flat());
    const [leaving = ''] = before;
    const after = new Set(
      [...subsetByZone({ ...intent, nodes: many.filter(({ name }) => name !== leaving) }).values()].flat(),
    );
    expect(after.size).toBe(subsetSize(intent));
    expect([...after].filter((name) => !before.has(name))).toHaveLength(1);
  });

  it('two Services get different ones', () => {
    const names = (uid: string): string[] =>
      [...subsetByZone(wish({ scheme: 'internal', nodes: many, owner: { ...wish().owner, uid } })).values()].flat();
    expect(names('one')).not.toEqual(names('two'));
  });
});

describe('settings', () => {
  it('have defaults that fit an automatic network', () => {
    expect(gceConfig({ project, region, network: 'blue' })).toMatchObject({
      subnetwork: 'blue',
      networkProject: project,
      manageFirewalls: true,
      probeRanges: defaultProbeRanges,
    });
  });

  it('are refused with every problem at once', () => {
    const bad = {
      project: 'P!',
      region: 'x y',
      network: '-',
      backends: { kind: 'existing', groups: ['nozone'] },
    } as const;
    expect(() => gceConfig(bad)).toThrow(/project[^]*region[^]*network[^]*ZONE\/NAME/);
  });
});
