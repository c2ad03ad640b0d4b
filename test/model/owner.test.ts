import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMark, type OwnerMark, parseMark } from '../../src/model/owner.ts';

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
