import { describe, expect, it } from 'vitest';
import { differences, equal } from '../../src/graph/diff.ts';
import { type Plan, plan, type Step } from '../../src/graph/plan.ts';
import { renderPlan, renderPlanJson } from '../../src/graph/render.ts';
import { type Graph, graph, ref, type Resource, resource, sharedRef, sharedRefsOf } from '../../src/graph/resource.ts';
import { withhold } from '../../src/graph/withhold.ts';
import { parse } from './shorthand.ts';
import { policies } from './strict-cloud.ts';

const steps = (want: string, have: string): string[] => plan(parse(want), parse(have), policies).steps.map((s) => s.id);

describe('plan', () => {
  it.each([
    ['nothing to do', 'a b>a', 'a b>a', []],
    ['create in order', 'a b>a', '', ['create box/a', 'create box/b']],
    ['delete users first', '', 'a b>a', ['delete box/b', 'delete box/a']],
    ['update in place', 'a=1', 'a', ['update box/a']],
    [
      'replace takes what stands on it along',
      'a! b>a',
      'a b>a',
      ['delete box/b', 'delete box/a', 'create box/a', 'create box/b'],
    ],
    ['drop a use before the used goes', 'b', 'a b>a', ['update box/b', 'delete box/a']],
    ['make the used before the use', 'a b>a', 'b', ['create box/a', 'update box/b']],
    ['move from one to another', 'a b c>b', 'a c>a', ['create box/b', 'update box/c']],
    ['a reference that cannot change', 'a b *c>b', 'a b *c>a', ['delete pin/c', 'create pin/c']],
    [
      'what the new one needs is made before the old one goes',
      'a b *c>b',
      'a *c>a',
      ['create box/b', 'delete pin/c', 'create pin/c'],
    ],
    [
      'unless that can only be made after',
      'a! b>a *c>b',
      'a *c>a',
      ['delete pin/c', 'delete box/a', 'create box/a', 'create box/b', 'create pin/c'],
    ],
    [
      'replacement passes through a create',
      'a! b>a c>b',
      'a c',
      ['delete box/a', 'delete box/c', 'create box/a', 'create box/b', 'create box/c'],
    ],
  ])('%s', (_title, want, have, expected) => {
    expect(steps(want, have)).toEqual(expected);
  });

  it('says why, and what it puts at risk', () => {
    const made = plan(parse('*a!'), parse('*a *b'), policies);
    expect(made.steps.map(({ id, why, risk }) => ({ id, why, risk }))).toEqual([
      { id: 'delete pin/a', why: 'fixed cannot change in place', risk: 'traffic' },
      { id: 'delete pin/b', why: 'no longer wanted', risk: 'traffic' },
      { id: 'create pin/a', why: 'fixed cannot change in place', risk: 'none' },
    ]);
  });

  const waits = (want: string, have: string): Record<string, readonly string[]> =>
    Object.fromEntries(plan(parse(want), parse(have), policies).steps.map(({ id, after }) => [id, after]));

  it.each([
    ['an update that is used', 'a=1 b>a', 'a', { 'update box/a': [], 'create box/b': ['update box/a'] }],
    ['what is used and stays', 'a b>a', 'a', { 'create box/b': [] }],
    [
      'a new one beside the old one',
      'a b *c>b',
      'a *c>a',
      { 'create box/b': [], 'delete pin/c': ['create box/b'], 'create pin/c': ['delete pin/c', 'create box/b'] },
    ],
    [
      'a new one on what stays, beside the old one',
      'a b>a *c>b',
      'a *c>a',
      { 'create box/b': [], 'delete pin/c': ['create box/b'], 'create pin/c': ['delete pin/c', 'create box/b'] },
    ],
    ['what is replaced on what stays', 'b *c!>b', 'b *c>b', { 'delete pin/c': [], 'create pin/c': ['delete pin/c'] }],
    [
      'what goes for good waits for nothing that comes',
      'b',
      '*c>a a',
      { 'create box/b': [], 'delete pin/c': [], 'delete box/a': ['delete pin/c'] },
    ],
    [
      'what many use goes after all of them, in the order of their names',
      '',
      'c>a a b>a',
      { 'delete box/b': [], 'delete box/c': [], 'delete box/a': ['delete box/b', 'delete box/c'] },
    ],
    ['a use that is dropped', 'b', 'a b>a', { 'update box/b': [], 'delete box/a': ['update box/b'] }],
  ])('%s: what waits for what', (_title, want, have, expected) => {
    expect(waits(want, have)).toEqual(expected);
  });

  it('what is replaced along keeps its own changes, and says why; what is new says that it was missing', () => {
    const made = plan(parse('a! b=1>a c>a d>a'), parse('a b>a c>a'), policies);
    const creates = made.steps.filter(({ op }) => op === 'create');
    expect(creates.map(({ id, why, changes }) => [id, why, changes.map(({ field }) => field)])).toEqual([
      ['create box/a', 'fixed cannot change in place', ['fixed']],
      ['create box/b', 'box/a is replaced', ['size']],
      ['create box/c', 'box/a is replaced', []],
      ['create box/d', 'missing', []],
    ]);
  });

  it('names each field that cannot change in place', () => {
    const [first] = plan(parse('a *c!>a'), parse('a *c'), policies).steps;
    expect(first?.why).toBe('fixed, uses cannot change in place');
  });

  it('goes once through what many stand on, by however many ways', () => {
    const rungs = 40;
    const ladder = (fixed: number): Graph =>
      graph(
        Array.from({ length: rungs * 2 }, (_, index): Resource => {
          const below = Math.floor(index / 2) * 2;
          const uses = below === 0 ? [] : [ref('box', `n${below - 2}`), ref('box', `n${below - 1}`)];
          return resource('box', `n${index}`, { size: 0, fixed: index < 2 ? fixed : 0, uses });
        }),
      );
    const top = (g: Graph): Graph =>
      graph([...g.values(), resource('pin', 'top', { size: 0, fixed: 1, uses: [ref('box', `n${rungs * 2 - 1}`)] })]);
    const old = graph([resource('pin', 'top', { size: 0, fixed: 0, uses: [] })]);
    expect(plan(ladder(1), ladder(0), policies).steps).toHaveLength(rungs * 4);
    expect(plan(top(ladder(0)), old, policies).steps).toHaveLength(rungs * 2 + 2);
  });

  it.each([
    ['a reference out of the graph', 'b>a', /box\/b refers to box\/a/],
    ['a cycle', 'a>b b>a', /cycle through box\/a/],
  ])('refuses %s', (_title, want, message) => {
    expect(() => plan(parse(want), new Map(), policies)).toThrow(message);
  });

  it('refuses what runs in a circle, and names only that', () => {
    expect(() => plan(new Map(), parse('a>b b>a c'), policies)).toThrow(
      expect.objectContaining({ code: 'internal', message: 'The plan has a cycle: delete box/a, delete box/b.' }),
    );
  });

  it('refuses a kind without a policy and an id that is there twice', () => {
    const odd = graph([resource('odd', 'x', { a: 1 })]);
    const unknown = { code: 'internal', object: 'odd', message: 'There is no policy for the kind odd.' };
    expect(() => plan(graph([]), odd, policies)).toThrow(expect.objectContaining(unknown));
    expect(() => graph([...odd.values(), ...odd.values()])).toThrow(/twice/);
  });

  it('orders nothing by shared references', () => {
    const spec = { size: 0, fixed: 0, uses: [sharedRef('group', 'z')] };
    const made = plan(graph([resource('box', 'a', spec)]), new Map(), policies);
    expect(made.steps.map((step) => step.after)).toEqual([[]]);
    expect(sharedRefsOf(spec)).toEqual(['group/z']);
  });

  it('is linear enough for one graph of 5,000 resources: it visits each reference a bounded number of times', () => {
    let reads = 0;
    const chain = graph(
      Array.from({ length: 5_000 }, (_, index) => {
        const spec = { size: 0, fixed: 0 };
        const uses = index === 0 ? [] : [ref('box', `n${index - 1}`)];
        Object.defineProperty(spec, 'uses', {
          enumerable: true,
          get: () => {
            reads += 1;
            return uses;
          },
        });
        return resource('box', `n${index}`, spec);
      }),
    );
    expect(plan(chain, new Map(), policies).steps.length).toBe(5_000);
    expect(reads).toBeLessThanOrEqual(5_000 * 4);
  });
});

describe('differences', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1, b: undefined }, { a: 1 }, []],
    [{ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, []],
    [{ a: [1, 2] }, { a: [2, 1] }, ['a']],
    [{ a: null }, { a: undefined }, ['a']],
    [{ a: [] }, { a: {} }, ['a']],
    [{ b: 1, a: 1 }, { c: 1 }, ['a', 'b', 'c']],
  ])('%j and %j differ in %j', (want, have, fields) => {
    expect(differences(want, have).map((change) => change.field)).toEqual(fields);
  });

  it.each([
    [1, {}],
    [0, []],
    [true, {}],
    ['', []],
    [null, {}],
    [[], {}],
    [[], { length: 0 }],
    [{ 0: 'a' }, ['a']],
  ])('%j and %j are not the same, whichever is wanted', (a, b) => {
    expect([equal(a, b), equal(b, a)]).toEqual([false, false]);
  });

  it('treats a missing key and an undefined one alike, on either side', () => {
    expect(equal({ a: { b: undefined } }, { a: {} })).toBe(true);
    expect(equal({ a: {} }, { a: { b: undefined } })).toBe(true);
    expect(equal({ a: {} }, { a: { b: null } })).toBe(false);
  });
});

describe('withhold', () => {
  const refuse = (made: Plan, ids: string[]) => withhold(made, (step: Step) => ids.includes(step.id));

  const left = (want: string, have: string, ...ids: string[]): string[] =>
    refuse(plan(parse(want), parse(have), policies), ids)
      .plan.steps.map((step) => step.id)
      .toSorted();

  it.each([
    ['what waits for it', 'a b>a c', '', ['create box/a'], ['create box/c']],
    ['not what it waits for', 'a b>a', '', ['create box/b'], ['create box/a']],
    ['the deletion for a replacement that does not come', 'a! b>a z=1', 'a b>a z', ['create box/a'], ['update box/z']],
    ['what would free a resource that is not to go', 'a! b>a z=1', 'a b>a z', ['delete box/a'], ['update box/z']],
    ['users that nobody wants any more, when what they use is not to go', '', 'a b>a c>b', ['delete box/a'], []],
    ['an update off what is not to go', 'b c', 'a b>a c>a', ['delete box/a'], []],
    ['nothing that only stands beside it', 'b', 'a b>a c>a', ['update box/b'], ['delete box/c']],
  ])('takes out %s', (_title, want, have, refusing, expected) => {
    expect(left(want, have, ...refusing)).toEqual(expected);
  });

  it('gives the same plan back when nothing is refused', () => {
    const made = plan(parse('a'), parse(''), policies);
    expect(refuse(made, []).plan).toBe(made);
  });
});

describe('render', () => {
  const made = (): Plan => plan(parse('*a! b=1 c'), parse('*a b d'), policies);

  it('is a text that people read', () => {
    expect(renderPlan(made())).toBe(
      [
        '  ~ box/b  differs',
        '      size: 0 → 1',
        '  + box/c  missing',
        '      size: 0',
        '      fixed: 0',
        '  - box/d  no longer wanted',
        '  - pin/a  fixed cannot change in place  ! interrupts traffic',
        '  + pin/a  fixed cannot change in place',
        '      fixed: 0 → 1',
        '',
        '2 to create, 1 to update, 2 to delete.',
        '',
      ].join('\n'),
    );
    expect(renderPlan({ steps: [] })).toBe('No changes.\n');
  });

  it('is JSON that gives the plan back', () => {
    expect(JSON.parse(renderPlanJson(made()))).toEqual(made());
  });
});
