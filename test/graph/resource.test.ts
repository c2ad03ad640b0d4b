import { describe, expect, it } from 'vitest';
import {
  dependencyOrder,
  graph,
  isRef,
  isSharedRef,
  ref,
  refsOf,
  resource,
  sharedRef,
  sharedRefsOf,
} from '../../src/graph/resource.ts';
import { parse } from './shorthand.ts';

describe('a reference', () => {
  it.each([
    [ref('box', 'a'), true, false],
    [sharedRef('box', 'a'), false, true],
    [{ name: 'box/a' }, false, false],
    [['box/a'], false, false],
    ['box/a', false, false],
    [null, false, false],
    [undefined, false, false],
  ])('%j is one into the same graph: %j, into the shared one: %j', (value, own, shared) => {
    expect([isRef(value), isSharedRef(value)]).toEqual([own, shared]);
  });

  it('is found wherever it stands in a spec, each once, in the order of the spec', () => {
    const spec = {
      none: null,
      text: 'box/x',
      one: ref('box', 'b'),
      deep: {
        list: [1, ref('box', 'a'), { again: ref('box', 'b') }, sharedRef('group', 'g'), sharedRef('group', 'g')],
      },
    };
    expect(refsOf(spec)).toEqual(['box/b', 'box/a']);
    expect(sharedRefsOf(spec)).toEqual(['group/g']);
    expect([refsOf(undefined), sharedRefsOf('text')]).toEqual([[], []]);
  });
});

describe('the order of dependencies', () => {
  it.each([
    ['', ''],
    ['b a', 'a b'],
    ['a>b b', 'b a'],
    ['a>c b>a c d>a', 'c a b d'],
    ['a>b,c b>c c', 'c b a'],
  ])('of %j is %j', (text, expected) => {
    expect(dependencyOrder(parse(text)).map(({ id }) => id.slice(-1))).toEqual(
      expected === '' ? [] : expected.split(' '),
    );
  });

  it.each([
    ['a>b b>c c>b', 'box/b', 'The graph has a cycle through box/b.'],
    ['a>a', 'box/a', 'The graph has a cycle through box/a.'],
    ['a>b', 'box/b', 'box/a refers to box/b, which is not in the graph.'],
  ])('of %j is a defect', (text, object, message) => {
    expect(() => dependencyOrder(parse(text))).toThrow(expect.objectContaining({ code: 'internal', object, message }));
  });
});

it('two resources of one id are a defect', () => {
  const twice = [resource('box', 'a', {}), resource('box', 'a', {})];
  const defect = { code: 'internal', object: 'box/a', message: 'The graph has box/a twice.' };
  expect(() => graph(twice)).toThrow(expect.objectContaining(defect));
});
