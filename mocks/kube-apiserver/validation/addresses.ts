import { BlockList, isIP, isIPv4 } from 'node:net';
import type { FieldError } from '../kind.ts';
import { invalidValue } from './field-error.ts';

/** Rules for IP addresses and CIDRs. */

/** An octet with a leading zero; groups of IPv6 may have one. */
const leadingZero = /^(?:\d+\.)*0\d+(?:\.|$)/;
const mapped = /^::ffff:/i;
const notAnAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const notACidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** Whether it is an address, leading zeros of octets allowed, as old versions did. */
export function looksLikeIp(value: string): boolean {
  return isIP(withoutZeros(value)) !== 0;
}

function withoutZeros(value: string): string {
  return /^[\d.]+$/.test(value) ? value.replaceAll(/(^|\.)0+(?=\d)/g, '$1') : value;
}

export function isV6(value: string): boolean {
  return value.includes(':');
}

export function wrongIp(field: string, value: string): readonly FieldError[] {
  if (!looksLikeIp(value)) return [invalidValue(field, value, notAnAddress)];
  if (leadingZero.test(value)) return [invalidValue(field, value, 'must not have leading 0s')];
  if (mapped.test(value)) return [invalidValue(field, value, 'must not be an IPv4-mapped IPv6 address')];
  return [];
}

export function wrongCidr(field: string, value: string): readonly FieldError[] {
  const [ip = '', length = '', ...more] = value.split('/');
  const bits = isV6(ip) ? 128 : 32;
  if (more.length > 0 || !looksLikeIp(ip) || !/^\d{1,3}$/.test(length) || Number(length) > bits) {
    return [invalidValue(field, value, notACidr)];
  }
  if (leadingZero.test(ip)) return [invalidValue(field, value, 'must not have leading 0s in IP')];
  if (/^0\d/.test(length)) return [invalidValue(field, value, 'must not have leading 0s in prefix length')];
  if (mapped.test(ip)) return [invalidValue(field, value, 'must not have an IPv4-mapped IPv6 address')];
  const host = addressBits(ip) & ((1n << BigInt(bits - Number(length))) - 1n);
  return host === 0n ? [] : [invalidValue(field, value, 'must not have bits set beyond the prefix length')];
}

/** The address as a number. */
export function addressBits(ip: string): bigint {
  if (isIPv4(ip)) return ip.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  const [head = '', tail] = ip.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':')).flatMap(expandV4);
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function expandV4(group: string): string[] {
  if (!group.includes('.')) return [group];
  const bits = addressBits(group);
  return [(bits >> 16n).toString(16), (bits & 0xffffn).toString(16)];
}

/** Addresses that no packet from outside may be sent to. */
export function specialIp(field: string, value: string): readonly FieldError[] {
  if (!isIP(value)) return [invalidValue(field, value, 'must be a valid IP address')];
  const within = (...nets: readonly (readonly [string, number])[]): boolean => {
    const list = new BlockList();
    for (const [net, length] of nets) list.addSubnet(net, length, isV6(net) ? 'ipv6' : 'ipv4');
    return list.check(value, isV6(value) ? 'ipv6' : 'ipv4');
  };
  const errors: FieldError[] = [];
  if (addressBits(value) === 0n) errors.push(invalidValue(field, value, `may not be unspecified (${value})`));
  if (within(['127.0.0.0', 8], ['::1', 128])) {
    errors.push(invalidValue(field, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  }
  if (within(['169.254.0.0', 16], ['fe80::', 10])) {
    errors.push(invalidValue(field, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  if (within(['224.0.0.0', 24], ['ff02::', 16])) {
    errors.push(invalidValue(field, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
  return errors;
}

/** Warnings about an address that is valid but not written as it should be; none for what is no address at all. */
export function oddIp(field: string, value: string): readonly string[] {
  if (!looksLikeIp(value)) return [];
  if (leadingZero.test(value) || mapped.test(value)) {
    return [
      `${field}: non-standard IP address "${value}" will be considered invalid in a future Kubernetes release: use "${plainIp(value)}"`,
    ];
  }
  return isV6(value) && canonicalV6(value) !== value
    ? [`${field}: IPv6 address "${value}" should be in RFC 5952 canonical format ("${canonicalV6(value)}")`]
    : [];
}

export function oddCidr(field: string, value: string): readonly string[] {
  if (!isV6(value) || wrongCidr(field, value).length > 0) return [];
  const [ip = '', length = ''] = value.split('/');
  const canonical = `${canonicalV6(ip)}/${length}`;
  return canonical === value
    ? []
    : [`${field}: IPv6 CIDR value "${value}" should be in RFC 5952 canonical format ("${canonical}")`];
}

function plainIp(value: string): string {
  return isV6(value) ? value.replace(mapped, '') : withoutZeros(value);
}

/** As RFC 5952 writes it: lower case, the longest run of zeros left out. */
function canonicalV6(ip: string): string {
  return new URL(`http://[${ip}]/`).hostname.slice(1, -1);
}
