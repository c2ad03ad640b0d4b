import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyOf, parseCidr } from '../../src/model/cidr.ts';

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', 'ipv4', '10.0.0.0/8'],
    ['10.1.2.3/8', 'ipv4', '10.0.0.0/8'],
    ['10.1.2.3/9', 'ipv4', '10.0.0.0/9'],
    ['10.255.2.3/9', 'ipv4', '10.128.0.0/9'],
    ['192.0.2.77/32', 'ipv4', '192.0.2.77/32'],
    ['203.0.113.9/0', 'ipv4', '0.0.0.0/0'],
    [' 10.0.0.0/8\n', 'ipv4', '10.0.0.0/8'],
    ['::/0', 'ipv6', '::/0'],
    ['2001:DB8:0:0::1/32', 'ipv6', '2001:db8::/32'],
    ['2001:db8::ffff:1/113', 'ipv6', '2001:db8::ffff:0/113'],
    ['2001:db8::1/128', 'ipv6', '2001:db8::1/128'],
    ['fe80::1:2:3:4/66', 'ipv6', 'fe80::/66'],
    ['::ffff:192.0.2.1/128', 'ipv6', '::ffff:c000:201/128'],
    ['1:2:3:4:5:6::/128', 'ipv6', '1:2:3:4:5:6::/128'],
    ['::3:4:5:6:7:8/128', 'ipv6', '::3:4:5:6:7:8/128'],
    ['1:2:3:4:5:6:7:8/128', 'ipv6', '1:2:3:4:5:6:7:8/128'],
    // RFC 5952, 4.2.2 and 4.2.3: one group of zeros stays, and of two equal runs the first is shortened.
    ['2001:db8:0:1:1:1:1:1/128', 'ipv6', '2001:db8:0:1:1:1:1:1/128'],
    ['2001:db8:0:0:1:0:0:1/128', 'ipv6', '2001:db8::1:0:0:1/128'],
  ])('reads %j', (text, family, network) => {
    expect(parseCidr(text)).toEqual({ family, text: network });
  });

  it.each([
    '',
    'x',
    '10.0.0.0',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'x/10.0.0.0/8',
    '10.0.0.0/8.0',
    '10.0.0/8',
    '256.0.0.0/8',
    // Octal to some readers, decimal to others.
    '010.0.0.0/8',
    '10.0.0.0/255.0.0.0',
    '::1',
    '::/129',
    '2001:db8::1::2/64',
    'fe80::1%eth0/64',
    '[::1]/128',
    '10.0.0.0/8, 192.168.0.0/16',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  const v4 = fc.record({ host: fc.ipV4(), prefix: fc.integer({ min: 0, max: 32 }) });
  const v6 = fc.record({ host: fc.ipV6(), prefix: fc.integer({ min: 0, max: 128 }) });

  it('means the same network as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), ({ host, prefix }) => {
        const read = parseCidr(`${host}/${prefix}`);
        const [network = '', length = ''] = read?.text.split('/') ?? [];
        const members = new BlockList();
        members.addSubnet(network, Number(length), read?.family ?? 'ipv4');
        expect(length).toBe(String(prefix));
        expect(members.check(host, read?.family)).toBe(true);
      }),
    );
  });

  it('has one text for each network', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), ({ host, prefix }) => {
        const read = parseCidr(`${host}/${prefix}`);
        expect(parseCidr(read?.text ?? '')).toEqual(read);
        expect(parseCidr(`${host.toUpperCase()}/${prefix}`)).toEqual(read);
      }),
    );
  });

  it('never throws', () => {
    const near = fc.stringMatching(/^[0-9a-f.:/%[\]]{0,24}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        expect([undefined, 'ipv4', 'ipv6']).toContain(parseCidr(text)?.family);
      }),
    );
  });
});

it.each([
  ['192.0.2.1', 'ipv4'],
  ['2001:db8::1', 'ipv6'],
  ['192.0.2.1/32', undefined],
  ['192.0.2', undefined],
  ['web.example.com', undefined],
  ['', undefined],
])('familyOf(%j) is %j', (ip, family) => {
  expect(familyOf(ip)).toBe(family);
});
