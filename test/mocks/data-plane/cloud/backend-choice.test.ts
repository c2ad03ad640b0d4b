import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMember, type Member, type MemberState } from '../../../../mocks/data-plane/cloud/backend-choice.ts';
import { chooseByHash } from '../../../../mocks/data-plane/flow-hash.ts';
import type { Packet } from '../../../../mocks/data-plane/packet.ts';
import type { BackendService } from '../../../../mocks/index.ts';

const service = (more: Partial<BackendService> = {}): BackendService => ({
  id: '1',
  name: 's',
  selfLink: '',
  protocol: 'TCP',
  loadBalancingScheme: 'EXTERNAL',
  sessionAffinity: 'NONE',
  connectionDraining: { drainingTimeoutSec: 0 },
  ...more,
});
const weighted = service({ localityLbPolicy: 'WEIGHTED_MAGLEV' });
const member = (name: string, failover = false): Member => ({
  instance: name,
  group: 'g',
  networkIp: '10.0.0.1',
  failover,
});
const packet = (port: number, address = '127.0.0.1', destination = 80): Packet => ({
  protocol: 'TCP',
  source: { address, port },
  destination: { address: '127.1.1.1', port: destination },
});
const members = ['a', 'b', 'c'].map((name) => member(name));

/** Flows of 3000 client ports, by machine. */
function spread(
  of: BackendService,
  states: Readonly<Record<string, MemberState>>,
  among = members,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let port = 1; port <= 3000; port += 1) {
    const chosen =
      chooseMember(of, among, ({ instance }) => states[instance] ?? well, packet(port))?.instance ?? 'none';
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  return counts;
}
const well: MemberState = { healthy: true, weight: undefined };
const ill: MemberState = { healthy: false, weight: undefined };
const heavy = (weight: number, healthy = true): MemberState => ({ healthy, weight });

describe('the machine for a flow', () => {
  it.each<readonly [string, BackendService, Readonly<Record<string, MemberState>>, Readonly<Record<string, number>>]>([
    ['any healthy one, evenly', service(), {}, { a: 1000, b: 1000, c: 1000 }],
    ['none that is not healthy', service(), { b: ill }, { a: 1500, c: 1500 }],
    ['any, when none is healthy', service(), { a: ill, b: ill, c: ill }, { a: 1000, b: 1000, c: 1000 }],
    ['by weight', weighted, { a: heavy(2), b: heavy(1), c: heavy(0) }, { a: 2000, b: 1000 }],
    [
      'by weight behind an internal balancer',
      service({ localityLbPolicy: 'WEIGHTED_GCP_RENDEZVOUS' }),
      { a: heavy(2), b: heavy(1), c: heavy(0) },
      { a: 2000, b: 1000 },
    ],
    ['weights are nothing without the policy', service(), { a: heavy(2), b: heavy(0) }, { a: 1000, b: 1000, c: 1000 }],
    ['healthy before heavy', weighted, { a: heavy(1), b: heavy(9, false), c: heavy(0) }, { a: 3000 }],
    [
      'ill with a weight before well with none',
      weighted,
      { a: heavy(1, false), b: heavy(0), c: heavy(0) },
      { a: 3000 },
    ],
    ['all of no weight: the healthy', weighted, { a: heavy(0), b: heavy(0, false), c: heavy(0) }, { a: 1500, c: 1500 }],
  ])('%s', (_title, of, states, expected) => {
    const seen = spread(of, states);
    expect(Object.keys(seen).toSorted()).toEqual(Object.keys(expected).toSorted());
    // Five standard deviations of a binomial of 3000 are less than 140.
    for (const [name, count] of Object.entries(expected)) expect(Math.abs((seen[name] ?? 0) - count)).toBeLessThan(140);
  });

  it('is of a failover group only where no other one is healthy', () => {
    const among = [member('a'), member('b', true)];
    expect(spread(service(), {}, among)).toEqual({ a: 3000 });
    expect(spread(service(), { a: ill }, among)).toEqual({ b: 3000 });
    expect(spread(service(), { a: ill, b: ill }, among)).toEqual({ a: 3000 });
  });

  it('follows the failover policy', () => {
    const among = [member('a'), member('b'), member('c', true)];
    const half = service({ failoverPolicy: { failoverRatio: 0.6 } });
    expect(Object.keys(spread(half, {}, among)).toSorted()).toEqual(['a', 'b']);
    expect(spread(half, { a: ill }, among)).toEqual({ c: 3000 });
    expect(spread(half, { a: ill, c: ill }, among)).toEqual({ b: 3000 });
    const dropping = service({ failoverPolicy: { dropTrafficIfUnhealthy: true } });
    expect(spread(dropping, { a: ill, b: ill }, among)).toEqual({ c: 3000 });
    expect(spread(dropping, { a: ill, b: ill, c: ill }, among)).toEqual({ none: 3000 });
  });

  it.each([
    ['CLIENT_IP', 1, 1],
    ['CLIENT_IP_PROTO', 1, 1],
    ['CLIENT_IP_NO_DESTINATION', 1, 1],
    ['CLIENT_IP_PORT_PROTO', 3, 3],
    ['NONE', 3, 3],
  ])('with %s is one of %i for the ports of a client', (sessionAffinity, byPort, byDestination) => {
    const of = service({ sessionAffinity });
    const at = (each: Packet) => chooseMember(of, members, () => well, each)?.instance;
    const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
    expect(new Set(numbers.map((port) => at(packet(port)))).size).toBe(byPort);
    expect(new Set(numbers.map((port) => at(packet(1, '127.0.0.1', port)))).size).toBe(byDestination);
    expect(new Set(numbers.map((last) => at(packet(1, `127.0.0.${last}`)))).size).toBe(3);
  });

  it('moves no flow but those of the machine that went', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 8 }),
        fc.nat({ max: 7 }),
        fc.string(),
        (names, gone, key) => {
          const candidates = names.map((name) => ({ name, weight: 1 }));
          const without = candidates.filter((_, index) => index !== gone % names.length);
          const before = chooseByHash(key, candidates);
          const after = chooseByHash(key, without);
          expect(without.some(({ name }) => name === before?.name) ? after?.name : 'moved').toBe(
            before?.name === names[gone % names.length] ? 'moved' : before?.name,
          );
        },
      ),
    );
  });
});
