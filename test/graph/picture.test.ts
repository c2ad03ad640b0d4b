import { describe, expect, it } from 'vitest';
import { type Picture, pictureOf } from '../../src/graph/picture.ts';
import { plan, type Policies } from '../../src/graph/plan.ts';
import { renderDot } from '../../src/graph/render-dot.ts';
import { renderSvg } from '../../src/graph/render-svg.ts';
import { emptyGraph, graph, ref, resource, sharedRef } from '../../src/graph/resource.ts';

const policies: Policies = {
  pipe: { fields: { to: 'update', group: 'update', size: 'replace' }, loses: 'traffic' },
  pool: { fields: { size: 'update' }, loses: 'address' },
};
function pictured(): Picture {
  const wanted = graph([
    resource('pipe', 'long', { to: [ref('pipe', 'short'), ref('pool', 'p')], size: 1 }),
    resource('pipe', 'short', { to: [ref('pool', 'p')], group: sharedRef('group', 'g'), size: 2 }),
    resource('pool', 'p', { size: 3 }),
  ]);
  const there = graph([
    resource('pipe', 'short', { to: [ref('pool', 'p')], group: sharedRef('group', 'g'), size: 9 }),
    resource('pool', 'p', { size: 0 }),
    resource('pool', 'old', { size: 0 }),
    resource('pool', 'same', { size: 0 }),
  ]);
  const target = new Map([...wanted, ['pool/same', resource('pool', 'same', { size: 0 })] as const]);
  return pictureOf('Service a/b <&"', plan(target, there, policies), new Map([...there, ...target]));
}

describe('a picture of a plan', () => {
  it('tells what becomes of each resource, and puts what is used below what uses it', () => {
    const picture = pictured();
    expect(picture.boxes.map(({ id, fate, risk, layer }) => `${id} ${fate} ${risk} ${layer}`)).toEqual([
      'pipe/long create none 2',
      'pipe/short replace traffic 1',
      'pool/old delete address 0',
      'pool/p update none 0',
      'pool/same keep none 0',
      'group/g shared none 0',
    ]);
    expect(picture.arrows.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'pipe/long → pipe/short',
      'pipe/long → pool/p',
      'pipe/short → pool/p',
      'pipe/short → group/g',
    ]);
  });

  it.each([
    ['a ladder, lowest first', { a: [], b: ['a'], c: ['b', 'a'] }, [0, 1, 2]],
    ['a ladder, lowest last', { a: ['b', 'c'], b: ['c'], c: [] }, [2, 1, 0]],
    ['a circle, which ends where it began', { a: ['b'], b: ['a'] }, [2, 1]],
  ])('%s has its layers', (_title, uses, layers) => {
    const all = Object.entries(uses).map(([name, to]) =>
      resource('pipe', name, { to: to.map((each) => ref('pipe', each)) }),
    );
    const whole = new Map(all.map((each) => [each.id, each]));
    const { boxes } = pictureOf('', plan(emptyGraph, emptyGraph, policies), whole);
    expect(boxes.map(({ layer }) => layer)).toEqual(layers);
  });

  it('is drawn as SVG with every box inside the frame and no two on one spot', () => {
    const picture = pictured();
    const svg = renderSvg([picture, picture]);
    const [, width = 0, height = 0] = (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number);
    const groups = [...svg.matchAll(/<g transform="translate\((\d+),(\d+)\)"><?/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(svg.match(/rx="6"/g)).toHaveLength(12);
    expect(svg.match(/marker-end/g)).toHaveLength(8);
    expect(Math.max(...groups.map(([x = 0]) => x))).toBeLessThan(width);
    expect(Math.max(...groups.map(([, y = 0]) => y))).toBeLessThan(height);
    expect(svg).toContain('Service a/b &lt;&amp;&quot;');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const boxes = [
      ...(svg.split('Service a/b')[1] ?? '').matchAll(/<g transform="(translate\([\d.]+,[\d.]+\))"><rect/g),
    ];
    expect(boxes).toHaveLength(6);
    expect(new Set(boxes.map(([, spot]) => spot)).size).toBe(6);
  });

  it('is told to Graphviz with names quoted', () => {
    const dot = renderDot([pictured()]);
    expect(dot).toContain(String.raw`label="Service a/b <&\""`);
    expect(dot).toContain(String.raw`"0 pipe/short" [label="pipe\nshort\nreplace\nrisk: traffic", fillcolor=orange];`);
    expect(dot).toContain('"0 pipe/long" -> "0 pool/p";');
  });

  it('says why nothing is done, in lines that fit', () => {
    const why = `not served: ${'because of this and that '.repeat(8)}`;
    const picture = pictureOf('Service a/b', { steps: [] }, emptyGraph, why);
    expect(picture.remark.join(' ')).toBe(why.trim());
    expect(picture.remark).toHaveLength(3);
    for (const line of picture.remark) expect(line.length).toBeLessThanOrEqual(100);
    const svg = renderSvg([picture]);
    const [, width = 0, height = 0] = (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number);
    const lines = [...svg.matchAll(/<text x="0" y="(\d+)" fill="#556">([^<]*)</g)];
    expect(lines.map(([, , text]) => text)).toEqual(picture.remark);
    expect(Math.max(...lines.map(([, y]) => Number(y)))).toBeLessThan(height);
    expect(Math.max(...picture.remark.map((line) => line.length)) * 7).toBeLessThan(width);
    expect(renderDot([picture])).toContain(String.raw`label="Service a/b\nnot served: because`);
  });

  it('of nothing is empty and still a document', () => {
    const none = pictureOf('nothing', { steps: [] }, emptyGraph);
    expect(none.boxes).toEqual([]);
    expect(renderSvg([none])).toMatch(/^<svg [^]*<\/svg>\n$/);
    expect(renderSvg([])).toMatch(/^<svg [^]*<\/svg>\n$/);
  });
});
