import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowancesOf, collapsePorts, firewallEntries } from '../../../providers/gce/ports.ts';

const expand = (ranges: readonly string[]): Set<number> =>
  new Set(
    ranges.flatMap((range) => {
      const [low = 0, high = low] = range.split('-').map(Number);
      return Array.from({ length: high - low + 1 }, (_, index) => low + index);
    }),
  );

describe('replay TestGetPortRanges: ports as the shortest ranges', () => {
  it.each([
    { ports: [], ranges: [] },
    { ports: [1], ranges: ['1'] },
    { ports: [1, 2], ranges: ['1-2'] },
    { ports: [1, 2, 4], ranges: ['1-2', '4'] },
    { ports: [4, 2, 1], ranges: ['1-2', '4'] },
    { ports: [2, 1, 2, 1], ranges: ['1-2'] },
    { ports: [15, 37, 900, 2002, 2003, 2004], ranges: ['15', '37', '900', '2002-2004'] },
    { ports: [80, 443, 81, 8080], ranges: ['80-81', '443', '8080'] },
    { ports: [65_535, 1], ranges: ['1', '65535'] },
    { ports: [10, 12, 11, 14, 13], ranges: ['10-14'] },
  ])('$ports → $ranges', ({ ports, ranges }) => {
    expect(collapsePorts(ports)).toEqual(ranges);
  });
});

const port = fc.integer({ min: 1, max: 65_535 });

it('collapsing keeps the set of ports, and enumerated ports equal ranges', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 150 }), (ports) => {
      const ranges = collapsePorts(ports);
      expect([...expand(ranges)]).toEqual([...new Set(ports)].toSorted((a, b) => a - b));
      expect(collapsePorts(ranges)).toEqual(ranges);
    }),
  );
});

it('allowances have one form, whatever the order, case and grouping', () => {
  expect(
    allowancesOf([
      { protocol: 'UDP', ports: ['53'] },
      { protocol: 'tcp', ports: ['81', '80'] },
      { protocol: 'TCP', ports: ['82-90'] },
    ]),
  ).toEqual(['tcp:80-90', 'udp:53']);
  expect(allowancesOf([{ protocol: 'tcp', ports: [] }])).toEqual(['tcp']);
});

it('firewall entries say the same again, and none has more than 100 ports', () => {
  fc.assert(
    fc.property(fc.uniqueArray(port, { minLength: 1, maxLength: 400 }), (ports) => {
      const allowances = allowancesOf([{ protocol: 'tcp', ports }]);
      const entries = firewallEntries(allowances);
      expect(allowancesOf(entries.map((entry) => ({ protocol: entry.IPProtocol, ports: entry.ports ?? [] })))).toEqual(
        allowances,
      );
      for (const entry of entries) expect(entry.ports?.length ?? 0).toBeLessThanOrEqual(100);
    }),
  );
});
