import { describe, expect, it } from 'vitest';
import { asksForAnotherAddress, restrain } from '../../src/controller/restraint.ts';
import { plan, type Plan, type Policies } from '../../src/graph/plan.ts';
import { type Graph, graph, ref, resource, type ResourceId } from '../../src/graph/resource.ts';
import type { LoadBalancerIntent } from '../../src/model/intent.ts';
import { nothingSticky, type Observation, type StickyAddress } from '../../src/provider.ts';

const policies: Policies = {
  address: { fields: { tier: 'replace' }, loses: 'address' },
  rule: { fields: { address: 'replace', ports: 'replace' }, loses: 'traffic' },
  firewall: { fields: { sources: 'update' }, loses: 'traffic' },
};

interface Wish {
  readonly tier?: string;
  readonly ports?: string;
  readonly sources?: string;
}

const balancer = ({ tier = 'premium', ports = '80', sources = 'all' }: Wish = {}): Graph =>
  graph([
    resource('address', 'a', { tier }),
    resource('rule', 'r', { address: ref('address', 'a'), ports }),
    resource('firewall', 'f', { sources }),
  ]);

const observed = (held: Graph, foreign: readonly (readonly [ResourceId, string])[] = []): Observation => ({
  graph: held,
  foreign: new Map(foreign),
  sticky: nothingSticky,
  ingress: [],
});

const ids = (restrained: ReturnType<typeof restrain>): string[] => restrained.plan.steps.map(({ id }) => id).toSorted();

describe('a change that would give an address up', () => {
  const changed = (): Plan => plan(balancer({ tier: 'standard', sources: 'some' }), balancer(), policies);

  it('waits for consent, the rule on the address with it; the rest is done', () => {
    const full = changed();
    const restrained = restrain(full, observed(balancer()), 'Service shop/web', { agreed: false, policy: 'sync' });
    expect(ids(restrained)).toEqual(['update firewall/f']);
    expect(restrained.withheld).toBe(full.steps.length - 1);
    expect(restrained.error).toMatchObject({ code: 'withheld', object: 'Service shop/web' });
    expect(restrained.error?.message).toMatch(
      /would lose its address: delete address\/a \(tier cannot change in place\)/,
    );
    expect(restrained.error?.message).toContain('portico.dev/allow-address-change: "true"');
  });

  it('is done whole with consent', () => {
    const full = changed();
    const restrained = restrain(full, observed(balancer()), 'Service shop/web', { agreed: true, policy: 'sync' });
    expect(restrained).toEqual({ plan: full, withheld: 0, error: undefined, left: [] });
  });

  it('of the rule alone needs no consent: the address stays', () => {
    const ports = plan(balancer({ ports: '443' }), balancer(), policies);
    expect(restrain(ports, observed(balancer()), 'x', { agreed: false, policy: 'sync' })).toEqual({
      plan: ports,
      withheld: 0,
      error: undefined,
      left: [],
    });
  });
});

describe('something foreign under a name', () => {
  it('is left alone and told, and what stands on it waits', () => {
    const full = plan(balancer(), graph([]), policies);
    const restrained = restrain(full, observed(graph([]), [['address/a', 'somebody’s']]), 'Service shop/web', {
      agreed: true,
      policy: 'sync',
    });
    expect(ids(restrained)).toEqual(['create firewall/f']);
    expect(restrained.withheld).toBe(2);
    expect(restrained.error).toMatchObject({ code: 'conflict' });
    expect(restrained.error?.message).toContain('somebody’s');
  });
});

describe('asking for another address', () => {
  const intent: LoadBalancerIntent = {
    owner: { kind: 'service', cluster: 'c', namespace: 'shop', name: 'web', uid: 'u' },
    scheme: 'external',
    families: ['ipv4'],
    listeners: [],
    trafficPolicy: 'cluster',
    health: {
      protocol: 'tcp',
      port: 1,
      path: null,
      intervalSeconds: 1,
      timeoutSeconds: 1,
      healthyThreshold: 1,
      unhealthyThreshold: 1,
    },
    affinity: { kind: 'none' },
    sourceRanges: { ipv4: [], ipv6: [] },
    address: { kind: 'any' },
    zones: [],
    nodes: [],
    options: {},
  };
  const v4: StickyAddress = { scheme: 'external', family: 'ipv4', ip: '192.0.2.1' };
  const v6: StickyAddress = { scheme: 'external', family: 'ipv6', ip: '2001:db8::1' };

  it.each<[string, Partial<LoadBalancerIntent>, readonly StickyAddress[], boolean]>([
    ['nothing in particular', {}, [v4], false],
    ['nothing, and there is none yet', {}, [], false],
    ['the address there is', { address: { kind: 'ip', ip: v4.ip } }, [v4], false],
    ['another IP', { address: { kind: 'ip', ip: '192.0.2.9' } }, [v4], true],
    ['an address by name', { address: { kind: 'name', name: 'mine' } }, [v4], true],
    ['an internal one', { scheme: 'internal' }, [v4], true],
    ['one family less', { families: ['ipv4'] }, [v4, v6], true],
    ['one family more', { families: ['ipv4', 'ipv6'] }, [v4], false],
    ['two where there are two', { families: ['ipv4', 'ipv6'] }, [v4, v6], false],
    ['no balancer at all', { balancer: 'none' }, [v4], true],
  ])('by asking for %s', (_title, changes, addresses, expected) => {
    const seen: Observation = { ...observed(graph([])), sticky: { addresses, zones: [] } };
    expect(asksForAnotherAddress({ ...intent, ...changes }, seen)).toBe(expected);
  });
});
