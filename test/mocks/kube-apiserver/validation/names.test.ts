import fc from 'fast-check';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressBits, wrongCidr, wrongIp } from '../../../../mocks/kube-apiserver/validation/addresses.ts';
import {
  dnsLabelName,
  wrongDnsLabel,
  wrongPortName,
  wrongQualifiedName,
} from '../../../../mocks/kube-apiserver/validation/names.ts';

describe('names', () => {
  it.each([
    ['kubia.example', ['must not contain dots']],
    ['Kubia.Example', [expect.stringContaining('a lowercase RFC 1123 label must consist of')]],
    ['x'.repeat(64), ['must be no more than 63 bytes']],
    ['1kubia', []],
  ])('the label %j', (name, messages) => {
    expect(wrongDnsLabel(name)).toEqual(messages);
  });

  it('judges a generateName without its hyphen', () => {
    expect(dnsLabelName('kubia-', true)).toEqual([]);
    expect(dnsLabelName('kubia-', false)).not.toEqual([]);
  });

  it.each([
    ['example.com/a', []],
    ['/a', ['prefix part must be non-empty']],
    ['Example/a', [expect.stringContaining('prefix part a lowercase RFC 1123 subdomain')]],
    ['a/', ['name part must be non-empty', expect.stringContaining('name part must consist of')]],
    [
      'a/b/c',
      [
        expect.stringMatching(
          /^a qualified name must consist of .* prefix and '\/' \(e\.g\. 'example\.com\/MyName'\)$/,
        ),
      ],
    ],
  ])('the qualified name %j', (name, messages) => {
    expect(wrongQualifiedName(name)).toEqual(messages);
  });

  it.each([
    ['http', []],
    ['8080', ['must contain at least one letter (a-z)']],
    ['a--b', ['must not contain consecutive hyphens']],
    ['-a', ['must not begin or end with a hyphen']],
    ['a-name-that-is-long', ['must be no more than 15 characters']],
  ])('the port name %j', (name, messages) => {
    expect(wrongPortName(name)).toEqual(messages);
  });
});

describe('addresses', () => {
  it('takes what Node takes, but for mapped and zoned addresses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const right = (isIPv4(text) || isIPv6(text)) && !/^::ffff:/i.test(text);
        expect(wrongIp('ip', text).length === 0).toBe(right);
      }),
    );
  });

  it('knows the bits of every address', () => {
    expect(addressBits('10.96.0.1')).toBe(0x0a_60_00_01n);
    expect(addressBits('::1')).toBe(1n);
    expect(addressBits('fd00::1:0')).toBe((0xfd00n << 112n) + 65_536n);
    expect(addressBits('::ffff:1.2.3.4')).toBe(0xffff_0102_0304n);
  });

  it.each([
    ['10.0.0.0/8', []],
    ['0.0.0.0/0', []],
    ['00::/0', []],
    ['fd00::/64', []],
    ['10.1.2.3/8', ['must not have bits set beyond the prefix length']],
    ['10.0.0.0/08', ['must not have leading 0s in prefix length']],
    ['010.0.0.0/8', ['must not have leading 0s in IP']],
    ['10.0.0.0/33', ['must be a valid CIDR value']],
    ['10.0.0.0', ['must be a valid CIDR value']],
  ])('the CIDR %j', (text, messages) => {
    expect(wrongCidr('cidr', text).map(({ message }) => message)).toEqual(
      messages.map((message) => expect.stringContaining(message) as string),
    );
  });
});
