import { describe, expect, it } from 'vitest';
import { asksForAnotherAddress, restrain, stepsThatLose } from '../../src/controller/restraint.ts';
import { PorticoError } from '../../src/errors.ts';
import { plan, type Plan, type Policies, type Step } from '../../src/graph/plan.ts';
import { type Graph, graph, ref, resource, type ResourceId } from '../../src/graph/resource.ts';
import type { Policy } from '../../src/model/policy.ts';
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

describe('a policy', () => {
  // The rule is replaced, the firewall changed, and something that nobody wants any more is there.
  const have = (): Graph => graph([...balancer().values(), resource('firewall', 'old', { sources: 'all' })]);
  const full = (): Plan => plan(balancer({ ports: '443', sources: 'some' }), have(), policies);
  const under = (policy: Policy): ReturnType<typeof restrain> =>
    restrain(full(), observed(have()), 'Service shop/web', { agreed: true, policy });

  it('of sync lets everything be done', () => {
    expect(under('sync')).toEqual({ plan: full(), withheld: 0, error: undefined, left: [] });
  });

  it('of observe lets nothing be done, and finds nothing wrong with that', () => {
    expect(under('observe')).toEqual({
      plan: { steps: [] },
      withheld: full().steps.length,
      error: undefined,
      left: [],
    });
  });

  it('of upsert-only keeps deletions back: what is not wanted is left, what would be replaced is told', () => {
    const restrained = under('upsert-only');
    expect(ids(restrained)).toEqual(['update firewall/f']);
    expect(restrained).toMatchObject({ withheld: 3, left: ['firewall/old'] });
    expect(restrained.error).toMatchObject({ code: 'withheld', object: 'Service shop/web' });
    expect(restrained.error?.message).toContain(
      'has the policy upsert-only, which allows no deletion: delete rule/r (ports cannot change in place). Undo',
    );
  });

  it('of upsert-only names all that would be replaced', () => {
    const two = (ports: string): Graph => graph(['q', 'r'].map((name) => resource('rule', name, { ports })));
    const both = plan(two('443'), two('80'), policies);
    const { error } = restrain(both, observed(two('80')), 'x', { agreed: true, policy: 'upsert-only' });
    expect(error?.message).toContain('rule/q (ports cannot change in place); delete rule/r (ports');
  });

  it('of upsert-only finds nothing wrong where nothing is replaced', () => {
    const only = plan(balancer({ sources: 'some' }), have(), policies);
    const restrained = restrain(only, observed(have()), 'x', { agreed: true, policy: 'upsert-only' });
    expect(restrained).toMatchObject({ error: undefined, left: ['firewall/old'] });
    expect(ids(restrained)).toEqual(['update firewall/f']);
  });
});

it('what the provider refuses to do stops everything', () => {
  const [wish, seen] = [plan(balancer(), graph([]), policies), observed(graph([]))];
  const error = new PorticoError('invalid', 'no', { object: 'rule/r' });
  const refuses = ({ id }: Step): PorticoError | undefined => (id === 'create rule/r' ? error : undefined);
  const restrained = restrain(wish, seen, 'x', { agreed: true, policy: 'sync' }, refuses);
  expect(restrained).toEqual({ plan: { steps: [] }, withheld: 3, error, left: [] });
});

it('what the provider refuses to do keeps nothing that others wait for', () => {
  const error = new PorticoError('invalid', 'no');
  const refuses = ({ id }: Step): PorticoError | undefined => (id === 'create address/a' ? error : undefined);
  const there = graph([resource('firewall', 'f', { sources: 'all' }), resource('firewall', 'g', { sources: 'all' })]);
  const seen: Observation = { ...observed(there), sticky: { ...nothingSticky, misplaced: ['firewall/f'] } };
  const wish = plan(graph([resource('address', 'a', { tier: 'premium' })]), there, policies);
  const under = (policy: Policy) => restrain(wish, seen, 'x', { agreed: false, policy }, refuses);
  expect(ids(under('sync'))).toEqual(['delete firewall/f']);
  expect(under('sync')).toMatchObject({ withheld: 2, error });
  expect(ids(under('observe'))).toEqual([]);
  expect(ids(under('upsert-only'))).toEqual([]);
});

it('messages name everything that is in the way, in one order', () => {
  const names: readonly (readonly [ResourceId, string])[] = [
    ['rule/r', 'two'],
    ['address/a', 'one'],
  ];
  const terms = { agreed: false, policy: 'sync' } as const;
  const taken = restrain(plan(balancer(), graph([]), policies), observed(graph([]), names), 'x', terms).error;
  expect(taken).toMatchObject({ code: 'conflict', object: 'x' });
  expect(taken?.message).toContain('taken: one; two.');
  const both = (tier: string): Graph => graph(['a', 'b'].map((name) => resource('address', name, { tier })));
  const lost = restrain(plan(both('new'), both('old'), policies), observed(both('old')), 'x', terms).error;
  expect(lost?.message).toContain('delete address/a (tier cannot change in place); delete address/b (');
});

describe('the steps that give an address up', () => {
  it.each<[string, Graph, Graph, readonly string[]]>([
    ['none, when only its rule is replaced', balancer({ ports: '443' }), balancer(), []],
    ['its deletion and that of its rule', graph([]), balancer(), ['delete address/a', 'delete rule/r']],
    [
      'the same where both are made anew, and nothing that is made',
      balancer({ tier: 'standard', sources: 'some' }),
      balancer(),
      ['delete address/a', 'delete rule/r'],
    ],
    [
      'the same where the rule moves to another, which is made before',
      graph([
        resource('address', 'b', { tier: 'premium' }),
        resource('rule', 'r', { address: ref('address', 'b'), ports: '80' }),
      ]),
      balancer(),
      ['delete address/a', 'delete rule/r'],
    ],
  ])('are %s', (_title, want, have, expected) => {
    expect([...stepsThatLose(plan(want, have, policies))].toSorted()).toEqual(expected);
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
    [
      'one of the addresses there are',
      { address: { kind: 'ip', ip: v6.ip }, families: ['ipv4', 'ipv6'] },
      [v4, v6],
      false,
    ],
    ['nothing, where there are two of a kind', {}, [v4, { ...v4, ip: '192.0.2.2' }], true],
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
