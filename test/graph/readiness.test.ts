import { describe, expect, it } from 'vitest';
import type { Step, StepId } from '../../src/graph/plan.ts';
import { readiness } from '../../src/graph/readiness.ts';
import { resource } from '../../src/graph/resource.ts';
import { withhold } from '../../src/graph/withhold.ts';

/** Steps in one line: `a b<a` are two of which b waits for a. */
const stepsOf = (text: string): Step[] =>
  text.split(' ').map((word): Step => {
    const [name = '', after] = word.split('<');
    const waitsFor = (after?.split(',') ?? []).map((other): StepId => `create box/${other}`);
    const box = resource('box', name, {});
    return { id: `create ${box.id}`, op: 'create', resource: box, changes: [], why: '', risk: 'none', after: waitsFor };
  });
const namesOf = (steps: readonly Step[]): string => steps.map(({ id }) => id.slice('create box/'.length)).join(' ');

describe('which steps may run', () => {
  // The steps; those that wait for nothing; what each makes ready when they finish in the order given.
  it.each([
    ['one that waits for nothing', 'a', 'a', ['a:']],
    ['what waits for it', 'a b<a c<a', 'a', ['a:b c', 'b:', 'c:']],
    ['only what waits for nothing else', 'a b c<a,b', 'a b', ['a:', 'b:c']],
    ['in whatever order they finish', 'a b c<a,b', 'a b', ['b:', 'a:c']],
    ['what names it twice', 'a b<a,a', 'a', ['a:b']],
    ['what stands before it', 'b<a a', 'a', ['a:b']],
    ['what waits for a step that was taken out', 'a<x b<a,x', 'a', ['a:b']],
    ['nothing in a circle', 'a<b b<a c', 'c', ['c:']],
  ])('%s', (_title, text, first, finished) => {
    const steps = stepsOf(text);
    const order = readiness(steps);
    expect(namesOf(order.first)).toBe(first);
    const made = finished.map((each) => {
      const step = steps.find(({ resource: { id } }) => id === `box/${each[0]}`);
      return `${each[0]}:${step ? namesOf(order.finish(step)) : '?'}`;
    });
    expect(made).toEqual(finished);
  });

  it('a plan of which a part was taken out may be held back further', () => {
    const { plan, refused } = withhold({ steps: stepsOf('a<x b<a,x c<x') }, ({ id }) => id === 'create box/a');
    expect([namesOf(refused), namesOf(plan.steps)]).toEqual(['a', 'c']);
  });
});
