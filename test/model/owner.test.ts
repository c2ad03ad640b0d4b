import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMark, type OwnerMark, ownerKey, ownerLabel, parseMark } from '../../src/model/owner.ts';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const marks: fc.Arbitrary<OwnerMark> = fc.record({
  owner: fc.oneof(
    fc.record({ kind: fc.constant('cluster' as const), cluster: label }),
    fc.record({ kind: fc.constant('service' as const), cluster: label, namespace: label, name: label, uid: fc.uuid() }),
  ),
  role: fc.string(),
});

it('a mark that is written is read as it was', () => {
  fc.assert(
    fc.property(marks, (mark) => {
      expect(parseMark(formatMark(mark))).toEqual(mark);
    }),
  );
});

it('no text makes reading a mark throw, and nothing is a mark that says less than one', () => {
  const near = fc.jsonValue().map((value) => `{"portico":${JSON.stringify(value)}}`);
  const parts = fc
    .dictionary(fc.constantFrom('cluster', 'role', 'service', 'uid', 'other'), fc.oneof(fc.string(), fc.jsonValue()))
    .map((value) => JSON.stringify({ portico: value }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), near, parts), (text) => {
      const mark = parseMark(text);
      if (!mark) return;
      expect(mark.owner.cluster).not.toBe('');
      expect(parseMark(formatMark(mark))).toEqual(mark);
      if (mark.owner.kind === 'service')
        expect([mark.owner.namespace, mark.owner.name, mark.owner.uid]).not.toContain('');
    }),
    { numRuns: 500 },
  );
});

it('a mark that lost a character anywhere is no mark of anybody else', () => {
  fc.assert(
    fc.property(marks, fc.nat(), (mark, at) => {
      const text = formatMark(mark);
      const cut = text.slice(0, at % text.length);
      expect(parseMark(cut)).toBeUndefined();
    }),
  );
});

const cluster = { kind: 'cluster', cluster: 'prod' } as const;
const web = { kind: 'service', cluster: 'prod', namespace: 'shop', name: 'web', uid: 'u-1' } as const;

it.each([
  ['no text', undefined],
  ['null', null],
  ['words', 'made by hand'],
  ['a mark with something before it', ` ${formatMark({ owner: cluster, role: 'x/y' })}`],
  ['a mark with something after it', `${formatMark({ owner: cluster, role: 'x/y' })}.`],
  ['a mark in other JSON', '{"other":1,"portico":{"cluster":"prod","role":"x/y"}}'],
  ['no object', '{"portico":"prod"}'],
  ['null in it', '{"portico":null}'],
  ['no cluster', '{"portico":{"role":"x/y"}}'],
  ['an empty cluster', '{"portico":{"cluster":"","role":"x/y"}}'],
  ['a cluster that is a number', '{"portico":{"cluster":1,"role":"x/y"}}'],
  ['no role', '{"portico":{"cluster":"prod"}}'],
  ['a role that is a number', '{"portico":{"cluster":"prod","role":1}}'],
  ['a Service without uid', '{"portico":{"cluster":"prod","role":"x/y","service":"shop/web"}}'],
  ['a uid without Service', '{"portico":{"cluster":"prod","role":"x/y","uid":"u-1"}}'],
  ['an empty uid', '{"portico":{"cluster":"prod","role":"x/y","service":"shop/web","uid":""}}'],
  ['a uid that is a number', '{"portico":{"cluster":"prod","role":"x/y","service":"shop/web","uid":1}}'],
  ['a Service that is a number', '{"portico":{"cluster":"prod","role":"x/y","service":1,"uid":"u-1"}}'],
  ['a Service without namespace', '{"portico":{"cluster":"prod","role":"x/y","service":"web","uid":"u-1"}}'],
  ['an empty namespace', '{"portico":{"cluster":"prod","role":"x/y","service":"/web","uid":"u-1"}}'],
  ['an empty name', '{"portico":{"cluster":"prod","role":"x/y","service":"shop/","uid":"u-1"}}'],
  ['three parts', '{"portico":{"cluster":"prod","role":"x/y","service":"shop/web/x","uid":"u-1"}}'],
])('%s is no mark', (_, text) => {
  expect(parseMark(text)).toBeUndefined();
});

it('an owner is told by its key, and people by its label; the Service made again under a name is another owner', () => {
  expect([cluster, web, { ...web, uid: 'u-2' }].map(ownerKey)).toEqual(['prod/', 'prod/u-1', 'prod/u-2']);
  expect([cluster, web].map(ownerLabel)).toEqual(['cluster prod', 'Service shop/web']);
});
