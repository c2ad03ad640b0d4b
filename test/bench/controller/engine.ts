import { type Policies, plan } from '../../../src/graph/plan.ts';
import { emptyGraph, graph, type Graph, ref, resource, type Resource } from '../../../src/graph/resource.ts';
import { type Row, row } from './row.ts';

const fields = { size: 'update', uses: 'update' } as const;
const policies: Policies = { part: { fields, loses: 'none' } };

const part = (name: string, uses: readonly string[]): Resource =>
  resource('part', name, { size: 1, uses: uses.map((each) => ref('part', each)) });

/** As large as a Service's: five resources, in three layers. */
const balancer = (number: number): Graph => {
  const [address, probe, backend, rule, wall] = ['address', 'probe', 'backend', 'rule', 'wall'].map(
    (name) => `${name}-${number}`,
  ) as [string, string, string, string, string];
  return graph([
    part(address, []),
    part(probe, []),
    part(wall, []),
    part(backend, [probe]),
    part(rule, [backend, address]),
  ]);
};

/** Every resource uses the one before and the first. */
const chain = (length: number): Graph =>
  graph(Array.from({ length }, (_, at) => part(`n${at}`, at === 0 ? [] : [`n${at - 1}`, 'n0'])));

function msOf(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** The planner alone, in this process. */
export function engine(): readonly Row[] {
  const balancers = Array.from({ length: 10_000 }, (_, number) => balancer(number));
  const many = msOf(() => {
    for (const each of balancers) plan(each, emptyGraph, policies);
  });
  const [small, large] = [500, 5000].map((length) => {
    const whole = chain(length);
    return Math.min(...[1, 2, 3].map(() => msOf(() => plan(whole, emptyGraph, policies))));
  }) as [number, number];
  const exponent = Math.log10(large / small);
  return [
    row('plans of 10,000 Services', `${Math.round(many)} ms`, '< 1 s', many < 1000),
    row(
      'one plan of 5,000 resources',
      `${Math.round(large)} ms, grows with the ${exponent.toFixed(2)}th power`,
      'linear',
      exponent < 1.25,
    ),
  ];
}
