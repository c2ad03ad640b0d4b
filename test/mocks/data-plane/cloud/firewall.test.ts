import { describe, expect, it } from 'vitest';
import { firewallVerdict } from '../../../../mocks/data-plane/cloud/firewall.ts';
import type { Packet } from '../../../../mocks/data-plane/packet.ts';
import type { Firewall, Instance } from '../../../../mocks/index.ts';

const named = { id: '1', selfLink: '' };
const instance: Instance = {
  ...named,
  name: 'node-1',
  zone: 'z',
  status: 'RUNNING',
  tags: { items: ['lb', 'web'] },
  networkInterfaces: [{ network: 'default', networkIP: '10.128.0.2' }],
};
const packet = (more: Partial<Packet> = {}): Packet => ({
  protocol: 'TCP',
  source: { address: '203.0.113.9', port: 40_000 },
  destination: { address: '198.51.100.1', port: 80 },
  ...more,
});
const rule = (name: string, more: Partial<Firewall> = {}): Firewall => ({
  ...named,
  name,
  network: 'default',
  direction: 'INGRESS',
  priority: 1000,
  disabled: false,
  sourceRanges: ['0.0.0.0/0'],
  ...(more.denied ? {} : { allowed: [{ IPProtocol: 'tcp' }] }),
  ...more,
});
const all = { denied: [{ IPProtocol: 'all' }] };

describe('what a firewall lets in', () => {
  it.each<readonly [string, readonly Firewall[], string | undefined, boolean]>([
    ['nothing without a rule', [], undefined, false],
    ['what a rule allows', [rule('a')], 'a', true],
    ['not what it is for another network', [rule('a', { network: 'other' })], undefined, false],
    ['not by a rule that is switched off', [rule('a', { disabled: true })], undefined, false],
    ['not by a rule for what goes out', [rule('a', { direction: 'EGRESS' })], undefined, false],
    ['a port in a range', [rule('a', { allowed: [{ IPProtocol: 'tcp', ports: ['70-90'] }] })], 'a', true],
    [
      'not a port beside it',
      [rule('a', { allowed: [{ IPProtocol: 'tcp', ports: ['81-90', '79'] }] })],
      undefined,
      false,
    ],
    ['not another protocol', [rule('a', { allowed: [{ IPProtocol: 'udp', ports: ['80'] }] })], undefined, false],
    ['a protocol by its number', [rule('a', { allowed: [{ IPProtocol: '6' }] })], 'a', true],
    ['a source in a range', [rule('a', { sourceRanges: ['203.0.113.8/30'] })], 'a', true],
    ['not a source outside', [rule('a', { sourceRanges: ['203.0.113.0/29'] })], undefined, false],
    ['not by ranges of IPv6', [rule('a', { sourceRanges: ['::/0'] })], undefined, false],
    ['not by a source tag', [rule('a', { sourceRanges: [], sourceTags: ['lb'] })], undefined, false],
    ['a destination that is named', [rule('a', { destinationRanges: ['198.51.100.1/32'] })], 'a', true],
    ['not another one', [rule('a', { destinationRanges: ['198.51.100.2'] })], undefined, false],
    ['machines with one of the tags', [rule('a', { targetTags: ['x', 'web'] })], 'a', true],
    ['not those without', [rule('a', { targetTags: ['x'] })], undefined, false],
    [
      'what the lower number allows',
      [rule('no', { ...all, priority: 900 }), rule('yes', { priority: 899 })],
      'yes',
      true,
    ],
    [
      'not what the lower number denies',
      [rule('yes', { priority: 900 }), rule('no', { ...all, priority: 899 })],
      'no',
      false,
    ],
    ['not what is denied and allowed alike', [rule('yes'), rule('no', all)], 'no', false],
  ])('%s', (_title, rules, by, allowed) => {
    expect(firewallVerdict(rules, instance, packet())).toEqual({ allowed, by });
    expect(firewallVerdict(rules.toReversed(), instance, packet())).toEqual({ allowed, by });
  });
});
