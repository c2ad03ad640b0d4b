import { isIP } from 'node:net';
import type { IpFamily } from './intent.ts';

export interface Cidr {
  readonly family: IpFamily;
  /** The network in its one usual form: no host bits, IPv6 shortened. */
  readonly text: string;
}

/** A CIDR such as `10.1.2.3/8` (read as 10.0.0.0/8), or undefined when it is none. A prefix length is required. */
export function parseCidr(text: string): Cidr | undefined {
  const [, host = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const version = isIP(host);
  const bits = version === 4 ? 32 : 128;
  const prefix = Number(length);
  if (version === 0 || prefix > bits || host.includes('%')) return undefined;
  const groups = version === 4 ? octetsOf(host) : hextetsOf(host);
  const width = version === 4 ? 8 : 16;
  const masked = groups.map((group, index) => {
    const kept = Math.min(width, Math.max(0, prefix - index * width));
    return group & (((1 << kept) - 1) << (width - kept));
  });
  const network = version === 4 ? masked.join('.') : shorten(masked.map((group) => group.toString(16)).join(':'));
  return { family: version === 4 ? 'ipv4' : 'ipv6', text: `${network}/${prefix}` };
}

/** The family of an address in its usual text form, or undefined when it is none. */
export function familyOf(ip: string): IpFamily | undefined {
  const version = isIP(ip);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

const octetsOf = (host: string): number[] => host.split('.').map(Number);

/** Of an address that is shortened at its beginning or end, the empty side counts as one group of nothing, which is 0. */
function hextetsOf(host: string): number[] {
  const [left = [], right = []] = shorten(host)
    .split('::')
    .map((side) => side.split(':'));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '');
  return [...left, ...zeros, ...right].map((group) => Number(`0x0${group}`));
}

/** RFC 5952, by way of the URL parser, which also turns a dotted tail into hexadecimal. */
const shorten = (host: string): string => new URL(`http://[${host}]/`).hostname.slice(1, -1);
