import { isIPv6 } from 'node:net';
import { PorticoError } from '../../src/errors.ts';

/** The addresses of one CIDR, without its first and (for IPv4) its last. */
export interface AddressPool {
  has(ip: string): boolean;
  /** An address for which `taken` is false; `quota` when there is none. */
  next(taken: (ip: string) => boolean): string;
}

/**
 * The search goes on after the last address given out: one that was released comes back as late as possible, so that
 * who loses an address notices.
 */
export function addressPool(cidr: string): AddressPool {
  const [base = '', length = ''] = cidr.split('/');
  const v6 = isIPv6(base);
  const width = v6 ? 128n : 32n;
  const first = toNumber(base);
  const size = 1n << (width - BigInt(length));
  const usable = v6 ? size - 1n : size - 2n;
  if (first % size !== 0n || usable < 1n) {
    throw new PorticoError('invalid', `${cidr} cannot be a pool of addresses. Give a CIDR such as 203.0.113.0/24.`);
  }
  let last = 0n;
  return {
    has: (ip) => {
      const offset = isIPv6(ip) === v6 ? toNumber(ip) - first : 0n;
      return offset >= 1n && offset <= usable;
    },
    next: (taken) => {
      for (let tried = 0n; tried < usable; tried += 1n) {
        last = (last % usable) + 1n;
        const ip = toText(first + last, v6);
        if (!taken(ip)) return ip;
      }
      throw new PorticoError('quota', `All ${usable} addresses of ${cidr} are in use. Release one, or widen the pool.`);
    },
  };
}

function toNumber(ip: string): bigint {
  if (!isIPv6(ip)) return ip.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  const [head = '', tail] = ip.split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const left = groups(head);
  const right = groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/** Canonical text: for IPv6 lower case and the longest run of zeros left out (RFC 5952), as URL parsing gives it. */
function toText(value: bigint, v6: boolean): string {
  const bits = v6 ? 16n : 8n;
  const parts = Array.from({ length: v6 ? 8 : 4 }, (_, index) => {
    const shift = bits * BigInt((v6 ? 7 : 3) - index);
    return (value >> shift) & ((1n << bits) - 1n);
  });
  if (!v6) return parts.join('.');
  return new URL(`http://[${parts.map((part) => part.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
