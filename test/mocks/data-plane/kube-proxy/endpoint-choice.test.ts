import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usableEndpoints } from '../../../../mocks/data-plane/kube-proxy/endpoint-choice.ts';
import type { ServiceEndpoint } from '../../../../mocks/data-plane/kube-proxy/service-table.ts';

type Kind = 'ready' | 'ending' | 'ended' | 'unready';

const conditions = {
  ready: { ready: true, serving: true, terminating: false },
  /** Terminating, and its probe still passes. */
  ending: { ready: false, serving: true, terminating: true },
  ended: { ready: false, serving: false, terminating: true },
  unready: { ready: false, serving: false, terminating: false },
} as const;

const endpoint = (node: string, kind: Kind, address = `${node}-${kind}`): ServiceEndpoint => ({
  address,
  port: 80,
  node,
  ...conditions[kind],
});

describe('the endpoints that node a may use', () => {
  it.each<readonly [string, readonly ServiceEndpoint[], readonly string[] | string, readonly string[] | string]>([
    ['none', [], 'none', 'none'],
    ['unready ones', [endpoint('a', 'unready'), endpoint('b', 'ended')], 'none', 'none'],
    ['one here', [endpoint('a', 'ready')], ['a-ready'], ['a-ready']],
    ['one elsewhere', [endpoint('b', 'ready')], ['b-ready'], 'none-here'],
    ['both', [endpoint('a', 'ready'), endpoint('b', 'ready')], ['a-ready', 'b-ready'], ['a-ready']],
    ['one that ends, and one elsewhere', [endpoint('a', 'ending'), endpoint('b', 'ready')], ['b-ready'], ['a-ending']],
    ['only such that end', [endpoint('a', 'ending'), endpoint('b', 'ending')], ['a-ending', 'b-ending'], ['a-ending']],
    ['one that ends elsewhere', [endpoint('b', 'ending'), endpoint('a', 'ended')], ['b-ending'], 'none-here'],
    ['one ready beside one that ends', [endpoint('a', 'ready'), endpoint('a', 'ending')], ['a-ready'], ['a-ready']],
  ])('%s', (_title, endpoints, cluster, local) => {
    const shown = (policy: 'Cluster' | 'Local') => {
      const choice = usableEndpoints(endpoints, 'a', policy);
      return choice.type === 'endpoints' ? choice.endpoints.map(({ address }) => address) : choice.type;
    };
    expect({ cluster: shown('Cluster'), local: shown('Local') }).toEqual({ cluster, local });
  });

  it('are never unready ones, never of other nodes with Local, and some whenever one is ready', () => {
    const any = fc.array(
      fc.record({
        node: fc.constantFrom('a', 'b', 'c'),
        kind: fc.constantFrom<Kind>('ready', 'ending', 'ended', 'unready'),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(any, fc.constantFrom<'Cluster' | 'Local'>('Cluster', 'Local'), (wanted, policy) => {
        const all = wanted.map(({ node, kind }, index) => endpoint(node, kind, String(index)));
        const choice = usableEndpoints(all, 'a', policy);
        const chosen = choice.type === 'endpoints' ? choice.endpoints : [];
        for (const each of chosen) expect(each.ready || (each.serving && each.terminating)).toBe(true);
        if (policy === 'Local') for (const each of chosen) expect(each.node).toBe('a');
        const reachable = all.filter(({ ready, node }) => ready && (policy === 'Cluster' || node === 'a'));
        if (reachable.length > 0) expect(chosen).toEqual(reachable);
      }),
    );
  });
});
